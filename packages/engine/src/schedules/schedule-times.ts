import { type FireTimes, fireTimes, type Jitter, type ScheduleDefinition } from '@millrace/core';
import type { StoredSchedule } from '../ports/schedule-store.ts';

const maxKept = 20_000;

/** The ticks of schedules, compiled once for each way of writing them: thousands of schedules share a few. */
export class ScheduleTimesCache {
  readonly #times = new Map<string, FireTimes>();

  of(definition: ScheduleDefinition): FireTimes {
    const key = timesKey(definition);
    let times = this.#times.get(key);
    if (times === undefined) {
      if (this.#times.size >= maxKept) this.#times.clear();
      times = fireTimes(definition);
      this.#times.set(key, times);
    }
    return times;
  }
}

/** What decides when a schedule ticks. Two definitions with the same have the same ticks. */
export function timesKey({ cron, everyMs, at, rrule, start, timezone }: ScheduleDefinition): string {
  return JSON.stringify([cron, everyMs, at, rrule, start, timezone]);
}

export const jitterOf = ({ workspace, name, definition }: Omit<StoredSchedule, 'version'>): Jitter => ({
  seed: `${workspace}/${name}`,
  maxMs: definition.jitterMs ?? 0,
});
