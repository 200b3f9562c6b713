import type { Instant, LimitKey, RefusalReason, RunId, SlotCancellation, SlotRef } from '@millrace/core';

/** What was decided of a request, for its run to act on. `key` is the reason of a refusal, `by` who took its place. */
export type SlotVerdict = Readonly<{ ref: SlotRef }> &
  (Readonly<{ granted: true }> | Readonly<{ granted: false; reason: RefusalReason; key: string; by: RunId | null }>);

export type GrantOutcome = Readonly<{
  verdicts: readonly SlotVerdict[];
  /** Runs that are to be cancelled because a newer one wants what they hold. Told again until they have let go. */
  cancels: readonly SlotCancellation[];
  /** When a rate has room again for one that waits; null: none waits for that. */
  wakeAt: Instant | null;
}>;

/**
 * Slots: who waits for a limit and who holds it. They are asked for, acted on and let go by commits only; here it is
 * decided who gets them. Decisions on one workspace are made one after the other, whoever makes them.
 */
export type SlotStore = Readonly<{
  /** Looks at everybody who waits for these keys of the workspace and decides (`decideGrants`). */
  grant(workspace: string, keys: readonly Omit<LimitKey, 'workspace'>[]): Promise<GrantOutcome>;
  /** Ends circles of requests that wait for each other (`findCircles`) among those that are older than this. */
  untangle(request: Readonly<{ olderThanMs: number }>): Promise<GrantOutcome>;
  /** Verdicts that are older than this and that their runs have not acted on, oldest first. */
  untold(request: Readonly<{ olderThanMs: number; limit: number }>): Promise<readonly SlotVerdict[]>;
  /** Keys that somebody waits for, in their order, from the one after `after`. */
  waitingKeys(
    request: Readonly<{ after: string | null; limit: number }>,
  ): Promise<Readonly<{ keys: readonly LimitKey[]; next: string | null }>>;
  /**
   * Forgets starts that no window reaches any more, and slots whose holder is gone. There are none, as a commit that ends a
   * holder frees its slots: whatever is given back here was left by a bug or a hand.
   */
  sweep(): Promise<readonly SlotRef[]>;
}>;
