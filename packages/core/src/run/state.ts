import type { WorkerId } from '../values/ids.ts';
import type { Json, JsonObject } from '../values/json.ts';
import type { Fault } from './fault.ts';
import type { EngineWaitKind, HookRecord, Instant, RunControl, RunHead, RunOrigin } from './records.ts';
import type { StepEndStatus, StepReason } from './status.ts';

/**
 * Everything that a decision about a run needs. Plain data; made by `startRun` and `restoreState`, and changed in place
 * by `decide`: a run of 100,000 items must not be copied for each item that ends. So after `decide` use only the state
 * that it returned, and drop it when its commit was lost (then load the run and decide again).
 */
export type RunState = {
  readonly origin: RunOrigin;
  readonly input: JsonObject;
  head: RunHead;
  /** Why the run is being stopped; null while it goes on. */
  cancel: CancelRequest | null;
  /** Since when and why nothing begins; null while the run is not paused. */
  paused: Pause | null;
  /** What is remembered of pauses, once there was one. */
  pauses: NonNullable<RunControl['pauses']> | null;
  /** Hooks that were called. */
  hooks: readonly HookRecord[];
  vars: JsonObject;
  /** JSON of `QueuedDocument` while the run waits for slots and has not begun. */
  queued: string | null;
  /** The concurrency keys that the run holds until its end. */
  holds: readonly string[];
  /** By step number. */
  readonly steps: StepState[];
  /** How much has not ended: steps entered by dependencies, and open iterations of the others. */
  unsettled: number;
  /** How much of it is under way. 0: nothing will happen to the run from outside any more. */
  open: number;
  /** Rounds of joins that some have arrived at, by step number. */
  readonly rounds: Map<number, JoinRound>;
  /**
   * The first failure that nobody tolerates or handles, or a fault of the transitions themselves. Without transitions
   * it follows from the steps; with them `RunControl` keeps it.
   */
  failure: StepFailure | null;
  /** Of a local run (`mode: local`): how it stands with the worker that carries it out. */
  local: LocalRun | null;
};

/** See `LocalControl`. A worker has the same in its own copy, so that both make the same keys. */
export type LocalRun = {
  /** The attempt to carry the run out; the loss of a worker begins the next one. 0: nobody does (any more). */
  attempt: number;
  applied: number;
  first: number;
  stop: CancelRequest | null;
  worker: WorkerId | null;
  leasedAt: Instant | null;
};

/** Where the numbers of iterations begin. */
export const firstIteration = ({ local }: RunState): number => local?.first ?? 0;

export type CancelRequest = NonNullable<RunControl['cancel']>;
export type Pause = NonNullable<RunControl['paused']>;
export type StepFailure = NonNullable<RunControl['failure']>;

/** What has arrived at a join since its last round. */
export type JoinRound = {
  /** Sources, by their index among those of the step. */
  readonly arrived: Set<number>;
  /** Whether the step has begun: of `join: N`, later arrivals of the round are ignored. */
  begun: boolean;
  /** Second arrivals from the same source before the step has begun: they belong to the next rounds. */
  surplus: Map<number, number>;
};

export type StepState = {
  /** How many dependencies have not settled. */
  unsettled: number;
  /** Iterations that have begun, so also the number of the next one. Steps entered by dependencies have one. */
  iterations: number;
  /** The iterations under way, by their number. */
  readonly open: Map<number, OpenPhase>;
  /** The end of the iteration that ended last. */
  ended: EndedPhase | null;
  /** Of a step entered by transitions that others depend on: it cannot run any more, so they were let in. */
  settled: boolean;
};

/** An iteration of a step that is under way. */
export type OpenPhase = Readonly<{ kind: 'delayed'; dueAt: Instant }> | SinglePhase | ItemsPhase;

/** A step without items under way. */
export type SinglePhase = { readonly kind: 'single'; readonly task: Task; stop: StepStop | null };

/** A for-each under way. Items start in order: that of `cursor` is the first without a row. */
export type ItemsPhase = {
  readonly kind: 'items';
  readonly iteration: number;
  readonly startedAt: Instant;
  /** The values as they were evaluated (before batching); a number counts from 0. */
  readonly values: readonly Json[] | number;
  readonly total: number;
  cursor: number;
  readonly open: Map<number, Task>;
  readonly ended: (EndedItem | undefined)[];
  succeeded: number;
  failed: number;
  cancelled: number;
  stop: StepStop | null;
};

export type EndedPhase = Readonly<{
  iteration: number;
  status: StepEndStatus;
  reason: StepReason | null;
  attempts: number;
  /** JSON; null where there is none. */
  output: string | null;
  error: Fault | null;
  startedAt: Instant | null;
  endedAt: Instant;
  items: EndedItems | null;
  /** Whether it or any step before it failed (tolerated failures aside), or timed out. */
  failed: boolean;
  timedOut: boolean;
}>;

export type EndedItems = Readonly<{
  total: number;
  succeeded: number;
  failed: number;
  cancelled: number;
  ended: readonly (EndedItem | undefined)[];
}>;

export type EndedItem = Readonly<{
  status: StepEndStatus;
  reason: StepReason | null;
  attempts: number;
  output: string | null;
  error: Fault | null;
}>;

/** Why a single step is being stopped while the run goes on. */
export type StepStop = 'step_timeout' | 'item_failed';

/** A step run that has not ended: the step itself, or one of its items. */
export type Task = {
  /** The attempt that is under way, or that a retry waits for. */
  attempt: number;
  /** Ended attempts that count for the retry policy, and those that were lost with their worker. */
  failures: number;
  losses: number;
  /** `kept`: a re-run takes its result over from the run before, within the decision that starts it. */
  doing: 'work' | 'retry' | 'kept' | EngineWaitKind;
  readyAt: Instant;
  dueAt: Instant | null;
  /** JSON of `WorkDocument`. */
  document: string;
  /** JSON of what a wait in place of work remembers beyond it (`EngineWaitDocument.detail`). */
  detail: string | null;
  /** Who holds the lease, as far as this server knows (`noteLease`). */
  worker: WorkerId | null;
  leasedAt: Instant | null;
};
