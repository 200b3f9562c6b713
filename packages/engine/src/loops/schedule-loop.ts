import type { Clock } from '../ports/clock.ts';
import type { ScheduleStore, StoredSchedule } from '../ports/schedule-store.ts';
import { Loop } from './loop.ts';

const batch = 500;
/** A taken schedule comes back after this, should its taker die before it saved what it decided. */
const hideMs = 20_000;

export type ScheduleLoopOptions = Readonly<{
  schedules: ScheduleStore;
  clock: Clock;
  pollMs: number;
  fire(schedule: StoredSchedule): Promise<StoredSchedule>;
  reconcile(workspace: string): Promise<void>;
  onError(error: unknown, where: string): void;
}>;

/**
 * Fires schedules. Any number of servers may: each due schedule is handed to one of them, and a tick has one run however
 * often it is fired. Between ticks the loop sleeps until the next one; publishing a workspace and changing a schedule wake
 * it, here and on other servers. Now and then it looks by itself, also for workspaces whose schedules nobody brought up to
 * date because the server that published them died.
 */
export function createScheduleLoop(options: ScheduleLoopOptions): Loop {
  const { schedules, clock, pollMs, fire, reconcile, onError } = options;

  const fireOne = async (schedule: StoredSchedule): Promise<StoredSchedule[]> => {
    try {
      return [await fire(schedule)];
    } catch (error) {
      onError(error, `schedule ${schedule.workspace}/${schedule.name}; it is tried again`);
      return [];
    }
  };

  return new Loop({
    name: 'schedules',
    clock,
    pauseMs: Math.min(pollMs, 2_000),
    onError,
    duty: async () => {
      for (const workspace of await schedules.outdated()) await reconcile(workspace);
      const due = await schedules.takeDue({ limit: batch, hideMs });
      await schedules.save((await Promise.all(due.map(fireOne))).flat());
      if (due.length === batch) return 0;
      const nextAt = await schedules.nextDueAt();
      // One millisecond more: the clocks here and in the store are whole milliseconds, cut and rounded differently.
      return nextAt === null ? pollMs : Math.min(pollMs, Math.max(0, nextAt - clock.now()) + 1);
    },
  });
}
