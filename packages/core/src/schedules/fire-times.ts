import { parseDate } from '@millrace/expression';
import type { ScheduleTrigger } from '../definitions/trigger.ts';
import type { Instant } from '../run/records.ts';
import { parseCron } from './cron.ts';
import { nextMoment } from './next-moment.ts';
import { recurrencePattern } from './recurrence.ts';
import { parseRecurrence } from './recurrence-rule.ts';
import type { WallPattern } from './wall-pattern.ts';
import { wallTimeAt } from './wall-time.ts';

/** The times of a schedule, called ticks: moments that follow from its definition alone, whoever asks and whenever. */
export type FireTimes = Readonly<{
  /** The first tick after a moment; null: there is none any more. */
  next(after: Instant): Instant | null;
}>;

/** What decides when a schedule ticks. */
export type ScheduleTimes = Pick<ScheduleTrigger, 'cron' | 'everyMs' | 'at' | 'rrule' | 'start' | 'timezone'>;

const never: FireTimes = { next: () => null };

/** The ticks of a schedule that `validate` accepts; one that it does not accept never ticks. */
export function fireTimes(schedule: ScheduleTimes): FireTimes {
  const { cron, everyMs, at, rrule, timezone } = schedule;
  const start = schedule.start === undefined ? undefined : parseDate(schedule.start, timezone);
  if (everyMs !== undefined) return intervals(everyMs, start);
  if (at !== undefined) {
    const moment = parseDate(at, timezone);
    return moment === undefined ? never : { next: (after) => (moment > after ? moment : null) };
  }
  if (cron !== undefined) {
    const parsed = parseCron(cron);
    return 'problem' in parsed ? never : inZone(parsed.pattern, timezone, null);
  }
  const parsed = rrule === undefined ? null : parseRecurrence(rrule);
  if (parsed === null || 'problem' in parsed) return never;
  const pattern = recurrencePattern(parsed.rule, start === undefined ? 0 : wallTimeAt(start, timezone));
  return inZone(pattern, timezone, parsed.rule.untilMoment);
}

/** Multiples of the interval since `start`, else since 1970: so a restart, or another server, changes nothing. */
function intervals(everyMs: number, start: Instant | undefined): FireTimes {
  const anchor = start ?? 0;
  return {
    next: (after) =>
      start !== undefined && after < start ? start : anchor + (Math.floor((after - anchor) / everyMs) + 1) * everyMs,
  };
}

function inZone(pattern: WallPattern, zone: string, until: Instant | null): FireTimes {
  return {
    next(after) {
      const moment = nextMoment(pattern, after, zone);
      return moment === null || (until !== null && moment > until) ? null : moment;
    },
  };
}

/** The ticks after `from`, up to and with `to`, at most so many. */
export function ticksBetween(times: FireTimes, from: Instant, to: Instant, limit: number): readonly Instant[] {
  const ticks: Instant[] = [];
  for (let tick = times.next(from); tick !== null && tick <= to && ticks.length < limit; tick = times.next(tick)) {
    ticks.push(tick);
  }
  return ticks;
}
