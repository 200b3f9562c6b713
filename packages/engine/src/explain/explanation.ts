import type {
  Approvers,
  Capability,
  Delegation,
  Fault,
  Instant,
  LaneCapability,
  LimitKind,
  ReusedStep,
  RunControl,
  RunId,
  RunStatus,
  StepEndStatus,
  StepReason,
  WhenFull,
  WorkerId,
} from '@millrace/core';
import type { HookCallState } from '../runs/find-hook-calls.ts';

/** Why a run, a step or an item does not go on right now, and who can change that. */
export type Explanation = Readonly<{
  run: RunId;
  workspace: string;
  workflow: string;
  status: RunStatus;
  /** When this was true, by the engine's clock. */
  at: Instant;
  /**
   * The thing that was asked for first, then its parts that have not ended: of a run its steps (those under way before
   * those that wait for them), of a for-each step the first few of its items under way for each reason.
   */
  answers: readonly Answer[];
  /** How many parts were left out because the list would be too long. Ask for one of them by its name. */
  more: number;
}>;

/** One thing and its reason. `step` is null for the run itself, `item` is -1 for the step itself. */
export type Answer = Readonly<{
  step: string | null;
  item: number;
  iteration: number;
  /** The attempt under way, or the one that a retry waits for; 0 where there is none. */
  attempt: number;
  /** For people: what is going on, since when, until when. */
  message: string;
  /** Who or what moves it. Empty when it has ended. */
  changes: readonly Change[];
  /** What ends it by force if nothing else does first. */
  deadlines: readonly Deadline[];
}> &
  Reason;

/** `command` is what a person may type to bring the change about; `at`: when it comes by itself. */
export type Change = Readonly<{
  by: 'clock' | 'engine' | 'worker' | 'run' | 'person';
  what: string;
  at: Instant | null;
  command: string | null;
}>;

export type Deadline = Readonly<{
  kind: 'attempt_timeout' | 'queue_timeout' | 'step_timeout' | 'run_timeout';
  at: Instant;
}>;

export type Reason =
  /** `reused`: what a re-run took over from other runs: each step of the run, or the step that was asked for. `hooks`: those that the run called. */
  | Readonly<{
      reason: 'ended';
      status: RunStatus | StepEndStatus;
      why: StepReason | null;
      error: Fault | null;
      reused: readonly Reused[];
      hooks: readonly HookCallState[];
    }>
  /** Of a run: its steps tell more. */
  | Readonly<{ reason: 'steps_open'; underWay: number; waiting: number; ended: number; total: number }>
  /** Of a run: nothing begins until somebody resumes it, or the parent that it was paused with. */
  | Readonly<{
      reason: 'paused';
      since: Instant;
      pausedBy: string;
      /** What the person who paused it said. */
      comment: string | null;
      withParent: boolean;
      /** Steps that may begin as soon as it is resumed; those that go on; those that wait for other steps. */
      held: number;
      underWay: number;
      waiting: number;
    }>
  /** Of a step or item: it may begin, and the run is paused. */
  | Readonly<{ reason: 'held'; since: Instant }>
  /** Of a local run that a worker carries out; `attempt` counts how often it began. */
  | Readonly<{
      reason: 'local_run';
      since: Instant;
      holder: Holder;
      underWay: number;
      waiting: number;
      ended: number;
      total: number;
    }>
  /** Of a step of a local run that has not begun. `holder` is null while no worker has the run. */
  | Readonly<{ reason: 'waiting_for_run'; holder: Holder | null }>
  /** Of an attempt of a local run: its worker executes others at the moment. */
  | Readonly<{ reason: 'waiting_for_room'; since: Instant; holder: Holder }>
  | Readonly<{ reason: 'waiting_for_dependencies'; dependencies: readonly Dependency[] }>
  /** Of a step entered by transitions. `from`: the steps that may still lead to it; none: it is not reached any more. */
  | Readonly<{ reason: 'waiting_for_transition'; from: readonly Dependency[] }>
  /** `missing` with the reason null cannot arrive any more. */
  | Readonly<{
      reason: 'waiting_for_join';
      needed: number;
      arrived: readonly string[];
      missing: readonly Dependency[];
    }>
  | (Readonly<{ reason: 'waiting_for_worker'; since: Instant }> & WorkerSearch)
  /** Of a step, or of a queued run: not all of its limits have room, or somebody stands before it in line. */
  | Readonly<{ reason: 'waiting_for_limits'; since: Instant; limits: readonly LimitOutlook[] }>
  | Readonly<{ reason: 'running'; since: Instant; holder: Holder }>
  /** Its lease is over: what it held starts again elsewhere, at the latest about `reapedAt`. */
  | Readonly<{ reason: 'worker_lost'; since: Instant | null; reapedAt: Instant; holder: Holder }>
  | Readonly<{ reason: 'delay'; until: Instant }>
  /** `tries` of `maxTries` are used up. */
  | Readonly<{ reason: 'retry_backoff'; until: Instant; tries: number; maxTries: number | null; error: Fault | null }>
  | Readonly<{ reason: 'timer'; since: Instant; until: Instant }>
  /** `approvers` null: everybody. `approved` of `quorum` people have answered so far; `onTimeout` follows at `timesOutAt`. */
  | Readonly<{
      reason: 'waiting_for_people';
      since: Instant;
      prompt: string;
      approvers: Approvers | null;
      /** Who may not, having started the run. */
      starter: string | null;
      delegations: readonly Delegation[];
      quorum: number;
      approved: readonly string[];
      escalatesAt: Instant | null;
      escalated: boolean;
      timesOutAt: Instant | null;
      onTimeout: 'fail' | 'skip' | 'approve';
    }>
  /** `fault`: the first event for which `when` could not be evaluated. */
  | Readonly<{
      reason: 'waiting_for_event';
      since: Instant;
      type: string;
      when: string | null;
      until: Instant | null;
      fault: Readonly<{ event: string; message: string }> | null;
    }>
  /** `child` is null while it is being started. */
  | Readonly<{ reason: 'child_run'; since: Instant; child: ChildRun | null }>
  /** For a moment only: whether the cache has its output. */
  | Readonly<{ reason: 'looking_up_cache'; since: Instant }>
  | (Readonly<{ reason: 'items_open' }> & ItemCounts)
  /** Of an item: the for-each runs as many at once as it may. */
  | Readonly<{ reason: 'waiting_for_items'; open: number; concurrency: number | null; ahead: number }>
  /** `forcedAt`: when what still runs is ended whatever it does; null where nothing runs. */
  | Readonly<{
      reason: 'cancelling';
      why: StopReason;
      since: Instant;
      requestedBy: string;
      /** What the person who asked for it said. */
      comment: string | null;
      forcedAt: Instant | null;
      holder: Holder | null;
      child: ChildRun | null;
    }>;

/** A limit that something waits for, and who stands in the way. */
export type LimitOutlook = Readonly<{
  kind: LimitKind;
  key: string;
  limit: number;
  /** Of a rate. */
  perMs: number | null;
  /** What happens while it is full; null for queues and rates, where everybody waits. */
  whenFull: WhenFull | null;
  held: number;
  /** How many stand before it in line; null: more than were looked at. */
  ahead: number | null;
  /** The first of them, the longest first. */
  holders: readonly LimitHolder[];
  /** Of a rate that is full: when it has room again. */
  freeAt: Instant | null;
}>;

/** `step` is null for a run that holds it itself. */
export type LimitHolder = Readonly<{ run: RunId; step: string | null; item: number; since: Instant }>;

export type ReasonName = Reason['reason'];

export type Reused = ReusedStep & Readonly<{ step: string }>;

/** Why something is being stopped: with its whole run, or alone. */
export type StopReason = NonNullable<RunControl['cancel']>['kind'] | 'step_timeout' | 'item_failed';

/** A step that has to end first, and why it has not; null: it will not run any more. */
export type Dependency = Readonly<{ step: string; reason: ReasonName | null }>;

/** The worker that holds an attempt. `held` beyond its `slots` wait in its line. */
export type Holder = Readonly<{
  worker: WorkerId;
  /** null: it is not known any more. */
  name: string | null;
  host: string | null;
  slots: number | null;
  held: number | null;
  /** When its lease was last renewed: it was heard of about then. */
  heardAt: Instant | null;
  leaseUntil: Instant | null;
}>;

export type ChildRun = Readonly<{ run: RunId; status: RunStatus }>;

/** Which workers could take the work of a lane, and why none has. */
export type WorkerSearch = Readonly<{
  queue: string;
  capability: LaneCapability;
  labels: readonly string[];
  /** Attempts that wait in the same lane, this one included. */
  ready: number;
  /** Workers with a living lease. */
  connected: number;
  /** Of these: may serve the workspace, have the queue, the capability and every label. */
  matching: number;
  /** Of the matching: hold as much as they have slots. */
  busy: number;
  /** Of the matching: are stopping, so they take nothing new. */
  stopping: number;
  /** Of the matching: are draining, so they take nothing new until they are resumed. */
  draining: readonly DrainingWorker[];
  /** What the best of the others lacks; null when some match, or none is connected. */
  nearest: NearestWorker | null;
}>;

export type DrainingWorker = Readonly<{ worker: WorkerId; name: string }>;

export type NearestWorker = Readonly<{
  worker: WorkerId;
  name: string;
  /** It joined with a token that binds it to others. */
  lacksWorkspace: boolean;
  lacksQueue: boolean;
  lacksCapabilities: readonly Capability[];
  lacksLabels: readonly string[];
}>;

export type ItemCounts = Readonly<{
  total: number;
  notStarted: number;
  open: number;
  succeeded: number;
  failed: number;
  cancelled: number;
  /** How many may be under way at once; null: all. */
  concurrency: number | null;
  /** The open items by what they wait for or do, the most first. */
  groups: readonly ItemGroup[];
}>;

/** Items under way with the same reason. There may be 100,000 of them: the first few are named, and the first is explained. */
export type ItemGroup = Readonly<{
  reason: ReasonName;
  count: number;
  items: readonly number[];
  /** What is said of the first of them, and what moves it. */
  message: string;
  changes: readonly Change[];
}>;
