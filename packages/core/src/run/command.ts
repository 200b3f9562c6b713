import type { StoredEvent } from '../events/event.ts';
import type { RefusalReason } from '../limits/demand.ts';
import type { InputProblem } from '../schema/input-problem.ts';
import type { RunId, WorkerId } from '../values/ids.ts';
import type { Json, JsonObject } from '../values/json.ts';
import type { ApprovalAnswer } from './approval.ts';
import type { Standing } from './approvers.ts';
import type { Fault } from './fault.ts';
import type { LocalEntry } from './local/local-entry.ts';
import type { AttemptKey, Instant, WaitKind } from './records.ts';
import type { KeptResults } from './rerun/kept-results.ts';
import type { RunEndStatus } from './status.ts';

/** How an attempt ended, as its worker reports it. */
export type AttemptResult =
  | Readonly<{ status: 'succeeded'; output: Json; durationMs: number }>
  | Readonly<{ status: 'failed' | 'timed_out' | 'cancelled'; error: Fault; durationMs: number }>;

/** Everything that can happen to a run that exists. There is no other way into its state. */
export type Command =
  | Readonly<{ type: 'attempt_finished'; key: AttemptKey; worker: WorkerId | null; result: AttemptResult }>
  | Readonly<{ type: 'worker_lost'; key: AttemptKey; worker: WorkerId }>
  /** `dueAt`: of the wait that was taken; one that was set anew meanwhile is not meant. */
  | Readonly<{ type: 'timer_fired'; key: AttemptKey; kind: WaitKind; dueAt?: Instant }>
  | Readonly<{
      type: 'child_ended';
      key: AttemptKey;
      child: RunId | null;
      status: RunEndStatus;
      output: Json;
      error: Fault | null;
    }>
  /** An event of the type that a step waits for has come; whether it matches is decided here. */
  | Readonly<{ type: 'event_arrived'; key: AttemptKey; event: StoredEvent }>
  /** Somebody answers an approval. `values` are as they were given; they are checked here. */
  | Readonly<{ type: 'answer'; key: AttemptKey; answer: ApprovalAnswer; standing: Omit<Standing, 'name'> }>
  /** Somebody who may answer an approval hands his vote over to another one. */
  | Readonly<{ type: 'delegate'; key: AttemptKey; from: Standing; to: string; comment: string | null }>
  /**
   * The store gave a request all that it asked for. A run is named by step -1 and attempt 0; `kept`: what it takes over, if it
   * is a re-run.
   */
  | Readonly<{ type: 'slots_granted'; key: AttemptKey; request: number; kept?: KeptResults }>
  /** It will not get them: `limit` is the key that is the reason, `by` the run that took its place. */
  | Readonly<{
      type: 'slots_refused';
      key: AttemptKey;
      request: number;
      reason: RefusalReason;
      limit: string;
      by: RunId | null;
    }>
  /** `hit`: what the cache has for the attempt; null: nothing. */
  | Readonly<{ type: 'cache_answer'; key: AttemptKey; hit: Readonly<{ output: string | null }> | null }>
  | Readonly<{ type: 'cancel'; by: string; reason: string | null; force: boolean }>
  | Readonly<{ type: 'pause'; by: string; reason: string | null }>
  | Readonly<{ type: 'resume'; by: string }>
  | Readonly<{ type: 'parent_turned'; turn: number; paused: boolean; by: string; reason: string | null }>
  | Readonly<{ type: 'hold'; key: AttemptKey; worker: WorkerId }>
  /** What the worker that carries a local run out has done, from entry `from` of its record on. `key` is the run's own. */
  | Readonly<{
      type: 'local_progress';
      key: AttemptKey;
      worker: WorkerId;
      from: number;
      entries: readonly LocalEntry[];
    }>;

export type StartCommand = Readonly<{ type: 'start'; input: JsonObject }>;

/** Why a command changed nothing. Expected outcomes, so they are values. */
export type Rejection = Readonly<{
  code:
    | 'run_ended'
    | 'stale_attempt'
    | 'not_waiting'
    | 'already_cancelling'
    | 'run_stopping'
    | 'already_paused'
    | 'not_pausable'
    | 'not_paused'
    | 'outdated'
    | 'not_an_approver'
    | 'cannot_delegate'
    | 'invalid_values'
    | 'event_not_matching';
  message: string;
  /** Of `invalid_values`. */
  problems?: readonly InputProblem[];
}>;
