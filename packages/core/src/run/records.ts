// What a store keeps of a run. The engine's ports, the stores and the reducer share these shapes.
//
// The living and the dead: `work` and `waits` hold what is still to happen and die with it; `attempts` are append-only.
// A run's state can be derived from its record, these three and the plan at any time (restore-state.ts), so a server
// that restarts, or that never saw the run before, loses nothing.
import type { HeldAbove } from '../limits/demand.ts';
import type { Lane } from '../plan/plan.ts';
import type { HookName } from '../plan/plan-hooks.ts';
import type { PlanHash, RunId, WorkerId } from '../values/ids.ts';
import type { Json, JsonObject } from '../values/json.ts';
import type { Fault } from './fault.ts';
import type { StartingPoint } from './rerun/starting-point.ts';
import type { RunStatus, StepEndStatus, StepReason } from './status.ts';

/** Times are milliseconds since the epoch, by the database's clock. */
export type Instant = number;

/**
 * Names one step run inside a run. `item` is -1 for the step itself, else the item's index. `iteration` counts from
 * 0.
 */
export type StepKey = Readonly<{ step: number; item: number; iteration: number }>;

/**
 * Names one attempt inside a run. Attempts count from 1; 0 is the end of a step that never executed (skipped, parent
 * of items, taken over from another run).
 */
export type AttemptKey = StepKey & Readonly<{ attempt: number }>;

/** What is known when a run is created, and never changes. */
export type RunOrigin = Readonly<{
  id: RunId;
  workspace: string;
  workflow: string;
  /** In which the revision has the workflow, whatever becomes of it later; absent: in none. */
  folder?: string;
  /** The workspace's revision, pinned for the run and its children. */
  revision: string;
  plan: PlanHash;
  /** What started it: `{ "type": "api" | "cli" | "schedule" | "webhook" | "event" | "workflow" | "hook", … }`. */
  trigger: JsonObject;
  parent: (AttemptKey & Readonly<{ run: RunId }>) | null;
  /** 0 for a top-level run. */
  depth: number;
  /** Idempotency: one run for each key in a workspace. */
  startKey: string | null;
  tags: readonly string[];
  priority: number;
  /** The run that this one is a re-run of, and from where it runs again; null: it is none. */
  rerunOf: RerunOf | null;
  /** What the steps and runs above this child hold until it has ended; absent: nothing. */
  holds?: readonly HeldAbove[];
}>;

export type RerunOf = Readonly<{ run: RunId; from: readonly StartingPoint[] }>;

/** What changes: the hot row. Rewritten by each commit, so it stays narrow. */
export type RunHead = Readonly<{
  status: RunStatus;
  startedAt: Instant | null;
  endedAt: Instant | null;
  /** JSON of `RunControl`; null while there is nothing to remember. Rewritten only when it changes. */
  control: string | null;
  /** JSON of the run's output; set once, at the end. */
  output: string | null;
  error: Fault | null;
}>;

export type RunRecord = RunOrigin & RunHead & Readonly<{ version: number; createdAt: Instant; input: string }>;

/**
 * Small mutable facts about a run that rows of steps do not tell. What transitions did is kept as what came of it
 * (variables, arrivals, the failure that nobody handled), never evaluated again: other variables would give other
 * answers. Where a transition led to a step, that step's rows tell it.
 */
export type RunControl = Readonly<{
  cancel?: Readonly<{
    at: Instant;
    by: string;
    reason: string | null;
    /** `failed`: from outside its steps. */
    kind: 'cancel' | 'timeout' | 'fail_fast' | 'succeed' | 'failed';
    /** What the run ends with; absent: what the kind says. */
    end?: Readonly<{ status: 'cancelled' | 'failed'; error: Fault }>;
  }>;
  /** While the run is paused. `withParent`: because its parent was, so it is resumed with it. */
  paused?: Readonly<{ at: Instant; by: string; reason: string | null; withParent?: true }>;
  /**
   * How long pauses that are over lasted, which its timeout does not count; how often the run was paused or resumed; and
   * the last turn of its parent that it heard of.
   */
  pauses?: Readonly<{ ms: number; turn: number; parentTurn: number }>;
  /** The hooks that were called, in their order; of many the last 100. */
  hooks?: readonly HookRecord[];
  vars?: JsonObject;
  /** The concurrency keys that the run holds until its end. */
  holds?: readonly string[];
  /** Of plans with transitions: the first failure that nobody handled. */
  failure?: Readonly<{ step: number; endedAt: Instant; error: Fault }>;
  local?: LocalControl;
  /** Rounds of joins, by step number. */
  joins?: Readonly<Record<string, JoinControl>>;
  /** Steps entered by transitions that others depend on and that cannot run any more. */
  settled?: readonly number[];
}>;

/** One call of a hook. Its run has the start key `hookStartKey(run, call)`. */
export type HookRecord = Readonly<{
  hook: HookName;
  action: string;
  /** Names the call within the run: `on_failure:0`; of a suspension also which one: `on_suspend@pause-3:0`. */
  call: string;
  /** Whether it is the workspace's hook, and not the workflow's own. */
  ofWorkspace?: true;
  /** Why it could not be called, so that there is no run of it. */
  error?: Fault;
}>;

/** How a local run stands with the worker that carries it out (run/local/). */
export type LocalControl = Readonly<{
  /** How many entries of the worker's record are committed. */
  applied: number;
  /** Where the numbers of iterations begin: above 0 when the run has begun again because a worker was lost. */
  first: number;
  /** It was asked to stop, and its worker has not begun to. */
  stop?: NonNullable<RunControl['cancel']>;
}>;

export type JoinControl = Readonly<{
  /** A set of indices of sources in hexadecimal, four in a digit, the lowest first: 1,000 take 250 digits. */
  arrived: string;
  begun?: true;
  surplus?: Readonly<Record<string, number>>;
}>;

/** The end of one attempt: append-only, its key is the second fence against a late report. */
export type EndedAttempt = AttemptKey &
  Readonly<{
    status: StepEndStatus;
    reason: StepReason | null;
    /** Whether the step run ends with it (no further attempt follows). */
    final: boolean;
    readyAt: Instant | null;
    startedAt: Instant | null;
    endedAt: Instant;
    worker: WorkerId | null;
    /**
     * JSON of the rendered input; null where nothing was executed. For the end of a for-each step: how many items it
     * had, and what they were made of (`{"total": 2, "items": [..]}`). For a result that was taken over: from which
     * attempt (`{"reused": {"run": "12", "attempt": 1}}`). See `rerun/reused-input.ts`.
     */
    input: string | null;
    /** JSON; null where there is none. The list of a for-each step is not stored: it is made of its items' outputs. */
    output: string | null;
    error: Fault | null;
  }>;

/** An attempt that is ready or leased. */
export type Work = AttemptKey &
  Readonly<{
    lane: Lane;
    priority: number;
    readyAt: Instant;
    /** JSON of `WorkDocument`. */
    document: string;
    /** Who holds the lease, since when; null: ready. */
    worker: WorkerId | null;
    leasedAt: Instant | null;
  }>;

/**
 * What a worker needs to know beyond the plan's action: the rendered input, the values that its templates read, and the
 * step's own `env`, rendered (absent when it has none). Texts that read secrets stand in `input` and `env` as they are
 * written; `sealed` has what they read beside secrets (absent when there are none).
 */
export type WorkDocument = Readonly<{
  input: JsonObject;
  names: JsonObject;
  env?: Readonly<Record<string, string>>;
  /** The rendered key of the step's `cache`; never sent to a worker. */
  cache?: string;
  sealed?: JsonObject;
}>;

/** What an `items` wait remembers; a number of items counts from 0. */
export type ItemsDocument = Readonly<{ startedAt: Instant; items: readonly Json[] | number }>;

/**
 * What a wait in place of work remembers: since when, the work that it stands for, and what is its own matter (the answers
 * to an approval, say).
 */
export type EngineWaitDocument = Readonly<{ readyAt: Instant; work: WorkDocument; detail?: JsonObject }>;

export const waitKinds = [
  'delay', // a step's `delay` before its first attempt
  'retry', // before attempt `attempt`
  'timer', // `wait` steps: for and until
  'step_timeout',
  'queue_timeout',
  'run_timeout', // step -1
  'cancel_grace', // force what still runs: of the run (step -1), or of one step (`document`: `{"stop": why}`)
  'child', // a child run; no due time
  'items', // a for-each that is under way; `document` is JSON of `ItemsDocument`; no due time
  'approval', // `approval` steps; due when its time is over or it escalates
  'event', // `wait` steps: event; due when its time is over
  'held', // an attempt that may not begin because the run is paused; no due time
  'slots', // an attempt, or the run (step -1), that waits for limits which runs share
  'cache', // an attempt whose output may be in the cache already
  'local', // an attempt of a local run, for the worker that carries the run out
] as const;
export type WaitKind = (typeof waitKinds)[number];

/** Waits that take the place of an attempt's work: what `Task.doing` says. Their document is an `EngineWaitDocument`. */
const engineWaitKinds = ['timer', 'child', 'approval', 'event', 'held', 'slots', 'cache', 'local'] as const;
export type EngineWaitKind = (typeof engineWaitKinds)[number];

export const isEngineWait = (kind: WaitKind): kind is EngineWaitKind =>
  (engineWaitKinds as readonly WaitKind[]).includes(kind);

/** Something that a run waits for, other than work. One for each step key and kind. Step -1 means the run itself. */
export type Wait = AttemptKey &
  Readonly<{
    kind: WaitKind;
    /** When the timer loop shall fire it; null: something else ends it. */
    dueAt: Instant | null;
    document: string | null;
  }>;

/** An output that an attempt puts into the cache of its workspace, for other attempts of the same action and key. */
export type CachedOutput = Readonly<{
  workspace: string;
  workflow: string;
  /** That of the run. */
  folder?: string;
  /** A hash of the action's content and the rendered key. */
  key: string;
  /** The rendered key, for people. */
  label: string;
  step: string;
  output: string | null;
  /** By the database's clock, from the commit on. */
  ttlMs: number;
}>;

/** A message to another run (or to whatever reads the outbox), committed with the change that caused it. */
export type OutboxMessage =
  | Readonly<{
      kind: 'start_child';
      /** The waiting attempt; also the child's idempotency key. */
      from: AttemptKey;
      workflow: string;
      input: JsonObject;
      depth: number;
      /** Whether the parent waits for the child's end. */
      wait: boolean;
      /** A run of the workflow that failed: if it had the same input, the child runs again from what failed in it. */
      rerunOf?: RunId;
      /** What is held while the parent waits; absent: nothing. */
      holds?: readonly HeldAbove[];
    }>
  | Readonly<{
      kind: 'child_ended';
      parent: AttemptKey & Readonly<{ run: RunId }>;
      status: RunStatus;
      output: string | null;
      error: Fault | null;
    }>
  /** An `emit` step has ended: its event is to be stored, once for each attempt. */
  | Readonly<{ kind: 'emit'; from: AttemptKey; type: string; payload: JsonObject }>
  /** A step waits for an event: those that came while its wait was being stored are to be told to it. */
  | Readonly<{ kind: 'await_event'; from: AttemptKey }>
  /** Asks the cache of the workspace for the output of an attempt; `key` as in `CachedOutput`. */
  | Readonly<{ kind: 'look_up_cache'; from: AttemptKey; key: string }>
  /** Cancels the children that the run waits for; with `from`, only the child of that attempt. */
  | Readonly<{ kind: 'cancel_children'; from: AttemptKey | null; reason: string | null; by: string }>
  /** Starts the run of a hook: of an action alone, or of a workflow. Nobody waits for it. */
  | Readonly<{
      kind: 'call_hook';
      hook: HookName;
      /** Names the call within the run, so that there is one run of it. */
      call: string;
      action: string;
      calls: 'action' | 'workflow';
      input: JsonObject;
    }>
  /** Pauses the children that the run waits for, or resumes them (`paused` is false). Later turns count more. */
  | Readonly<{ kind: 'pause_children'; turn: number; paused: boolean; reason: string | null; by: string }>;

/** A run as a store hands it over: everything that its state is derived from. */
export type LoadedRun = Readonly<{
  run: RunRecord;
  attempts: readonly EndedAttempt[];
  work: readonly Work[];
  waits: readonly Wait[];
}>;
