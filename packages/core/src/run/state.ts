import type { WorkerId } from '../values/ids.ts';
import type { Json, JsonObject } from '../values/json.ts';
import type { Fault } from './fault.ts';
import type { Instant, RunControl, RunHead, RunOrigin } from './records.ts';
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
  vars: JsonObject;
  /** By step number. */
  readonly steps: StepState[];
  /** How many steps have not ended. */
  unsettled: number;
  /** The first failure that nobody tolerates. */
  failure: StepFailure | null;
};

export type CancelRequest = NonNullable<RunControl['cancel']>;
export type StepFailure = Readonly<{ step: number; endedAt: Instant; error: Fault }>;

export type StepState = {
  /** How many dependencies have not ended. */
  unsettled: number;
  phase: StepPhase;
};

export type StepPhase =
  | PendingPhase
  | Readonly<{ kind: 'delayed'; dueAt: Instant }>
  | SinglePhase
  | ItemsPhase
  | EndedPhase;

export type PendingPhase = Readonly<{ kind: 'pending' }>;

/** A step without items under way. */
export type SinglePhase = { readonly kind: 'single'; readonly task: Task; stop: StepStop | null };

/** A for-each under way. Items start in order, so those from `cursor` on have not started. */
export type ItemsPhase = {
  readonly kind: 'items';
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
  kind: 'ended';
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
  doing: 'work' | 'retry' | 'timer' | 'child';
  readyAt: Instant;
  dueAt: Instant | null;
  /** JSON of `WorkDocument`. */
  document: string;
  /** Who holds the lease, as far as this server knows (`noteLease`). */
  worker: WorkerId | null;
  leasedAt: Instant | null;
};
