import type { WallTime } from './wall-time.ts';

/** Wall times that a cron expression or a recurrence rule names, to the second. It knows no time zone. */
export type WallPattern = Readonly<{
  /**
   * Whether it names every hour. Then it means moments ("each quarter of an hour"), and what happens when clocks change
   * follows the clock on the wall; otherwise it means times of the day ("at two"), each of which happens once.
   */
  everyHour: boolean;
  /** The first wall time after this one; null: there is none. */
  next(after: WallTime): WallTime | null;
}>;
