import type { RunId } from '@millrace/core';

/** A walk through history, oldest first: so many at a time, from after the last one of the step before. */
export type OldRequest<Id extends string> = Readonly<{ keepMs: number; after: Id | null; limit: number }>;

/** `next`: where to go on; null: what follows is too young. */
export type OldOutcome<Id extends string> = Readonly<{ removed: number; next: Id | null }>;

/** What becomes of runs that ended long ago. Any server may clean up, several at once; one that dies leaves nothing behind. */
export type HistoryStore = Readonly<{
  /**
   * Looks at the next runs and removes those that ended longer than `keepMs` ago: from then on they do not exist for anybody,
   * and their start keys are free. It leaves alone runs that are needed: children of runs that exist (a run goes before its
   * children), runs with a child, a re-run or a called hook that lives, and senders of messages that are not acted on.
   */
  removeRuns(request: OldRequest<RunId>): Promise<OldOutcome<RunId>>;
  /** Runs that were removed and left something: attempts and tags here, logs elsewhere. */
  remains(limit: number): Promise<readonly RunId[]>;
  /**
   * Removes what such runs left here, at most so many attempts at a time; runs that have none left are forgotten. Gives how
   * many attempts it removed: fewer than `limit` means all.
   */
  clear(runs: readonly RunId[], limit: number): Promise<number>;
}>;
