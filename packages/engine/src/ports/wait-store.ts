import type { AttemptKey, Instant, RunId, WaitKind } from '@millrace/core';

export type DueWait = AttemptKey & Readonly<{ run: RunId; kind: WaitKind; dueAt: Instant }>;

/** Durable timers. Set and cleared by commits only; here the timer loop finds those that are due. */
export type WaitStore = Readonly<{
  /** Waits that are due, oldest first, hidden from other takers for `hideMs`; the commit of `timer_fired` clears them. */
  takeDue(request: Readonly<{ limit: number; hideMs: number }>): Promise<readonly DueWait[]>;
  /** Removes a wait that its run no longer knows. */
  discard(wait: DueWait): Promise<void>;
  /** When the next wait is due; null: none is set. */
  nextDueAt(): Promise<Instant | null>;
}>;
