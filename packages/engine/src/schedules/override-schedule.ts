import { type Instant, MillraceError } from '@millrace/core';
import type { Clock } from '../ports/clock.ts';
import { isEnabled, type ScheduleKey, type StoredSchedule } from '../ports/schedule-store.ts';
import type { Store } from '../ports/store.ts';
import { scheduleFrom } from './reconcile-schedules.ts';
import type { ScheduleTimesCache } from './schedule-times.ts';

/** `reset`: what the definition says counts again. */
export type OverrideRequest = Readonly<{ to: 'enabled' | 'disabled' | 'reset'; by: string; reason: string | null }>;

export type OverrideOptions = Readonly<{
  store: Store;
  clock: Clock;
  times: ScheduleTimesCache;
  find(key: ScheduleKey): Promise<StoredSchedule>;
  /** Tells all servers that the schedule's next tick may be another. */
  wake(workspace: string): Promise<void>;
}>;

/** Ticks, and changes of the definition, come in between now and then. */
const rounds = 20;

/**
 * Enables or disables a schedule at run time. What somebody decided stays when the workspace changes, until it is taken
 * back or the schedule goes. Ticks that passed while it was disabled do not start later.
 */
export function createOverrideSchedule({ store, clock, times, find, wake }: OverrideOptions) {
  return async (key: ScheduleKey, request: OverrideRequest): Promise<StoredSchedule> => {
    for (let round = 0; round < rounds; round += 1) {
      const schedule = await find(key);
      const changed = overridden(schedule, request, clock.now(), times);
      if ((await store.schedules.save([changed])).length === 0) continue;
      await wake(key.workspace);
      return { ...changed, version: schedule.version + 1 };
    }
    throw new MillraceError('conflict', `Schedule ${key.name} changes all the time.`, { hint: 'Try it again.' });
  };
}

function overridden(
  schedule: StoredSchedule,
  { to, by, reason }: OverrideRequest,
  now: Instant,
  times: ScheduleTimesCache,
): StoredSchedule {
  const override = to === 'reset' ? null : { enabled: to === 'enabled', by, at: now, reason };
  const after = { ...schedule, override };
  // Who is enabled already keeps its next tick, with whatever it still owes.
  return isEnabled(after) === isEnabled(schedule) ? after : scheduleFrom(now, times, after);
}
