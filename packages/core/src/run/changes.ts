import type { SlotRequest } from '../limits/demand.ts';
import type {
  AttemptKey,
  CachedOutput,
  EndedAttempt,
  OutboxMessage,
  RunHead,
  StepKey,
  Wait,
  WaitKind,
  Work,
} from './records.ts';

/**
 * What a decision changes, as rows. The host commits all of it with the run's expected version, or nothing.
 *
 * Several decisions on one run may be folded into one commit (`mergeChanges`): later ones win, and what was set and
 * cleared within the batch disappears.
 */
export type Changes = Readonly<{
  /** The run's head after the decision; null when it did not change. */
  head: RunHead | null;
  attempts: readonly EndedAttempt[];
  /** New work; `worker` is null, the dispatcher may lease it within the same commit. */
  work: readonly Work[];
  /** Work whose attempt ended, or that is withdrawn before anybody took it. */
  workDone: readonly AttemptKey[];
  /**
   * Ready work that becomes this `held` wait, and lets go of its slots. What somebody has taken by the time of the commit
   * stays their work.
   */
  workHeld: readonly Wait[];
  /** Leased work whose worker shall stop it. */
  workCancelled: readonly AttemptKey[];
  /** Set, or overwritten: a store inserts them and updates those that exist. */
  waits: readonly Wait[];
  /** Never a key that is in `waits`. Some may not exist. */
  waitsDone: readonly (StepKey & Readonly<{ kind: WaitKind }>)[];
  outbox: readonly OutboxMessage[];
  /** Put into the cache of the run's workspace, over what stands there under the same key. */
  cached: readonly CachedOutput[];
  /** null: the decision has to do with no limit, as with nearly all. */
  slots: SlotChanges | null;
}>;

/** Slots that a run and its attempts ask for, take and let go. */
export type SlotChanges = Readonly<{
  requests: readonly SlotRequest[];
  /** Requests that were decided on, and that the run has acted on now. Never one of a holder that lets go. */
  taken: readonly (AttemptKey & Readonly<{ request: number }>)[];
  /** Holders that let everything go that they held or asked for before this commit. */
  released: readonly StepKey[];
}>;
