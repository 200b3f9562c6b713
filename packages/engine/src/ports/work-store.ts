import type { AttemptRef, Lane, RunOrigin, Work, WorkerId } from '@millrace/core';

/** Work with what is needed to hand it to a worker without loading its run. */
export type ClaimedWork = Readonly<{
  origin: RunOrigin;
  startedAt: number | null;
  /** Whether the run is paused, so that the work, which somebody gave back, must not begin. */
  paused: boolean;
  work: Work;
}>;

/** Ready and leased attempts. Work is made and ended by commits only; here it changes hands. */
export type WorkStore = Readonly<{
  /**
   * Leases up to `limit` ready attempts of the lanes to the worker. Shares (the lanes of one queue of one workspace,
   * `shareOf`) are served in turn, one attempt each, in the order in which they come first in `lanes`; within a share the
   * highest priority comes first, then the oldest. Attempts that another claim holds are passed over, so two claims never get
   * the same one and none waits. Fewer than asked: these lanes had no more when it looked, but for what others were claiming.
   */
  claim(
    request: Readonly<{ worker: WorkerId; lanes: readonly Lane[]; limit: number }>,
  ): Promise<readonly ClaimedWork[]>;
  /** Lanes in which somebody's ready work stands. Costs by their number, not by that of the attempts. */
  readyLanes(): Promise<readonly Lane[]>;
  /** Makes attempts that the worker holds and has not begun ready again, with the same attempt number. */
  giveBack(worker: WorkerId, refs: readonly AttemptRef[]): Promise<void>;
  /** The run of an attempt that the worker holds, under a lease that is not over; null: it does not. */
  originOfHeld(worker: WorkerId, ref: AttemptRef): Promise<RunOrigin | null>;
  /**
   * Which of these attempts processes of a joined worker hold, each by itself or with the local run that it is of: their
   * places in the list.
   */
  heldAmong(joined: string, refs: readonly AttemptRef[]): Promise<readonly number[]>;
  /** What the worker holds. */
  heldBy(worker: WorkerId): Promise<readonly ClaimedWork[]>;
}>;
