import {
  fireTimes,
  formatDuration,
  parseCron,
  parseRecurrence,
  type RecurrenceRule,
  type ScheduleDefinition,
} from '@millrace/core';
import { isTimeZone, parseDate } from '@millrace/expression';
import type { DiagnosticCode } from '../diagnostics/codes.ts';
import type { Report } from '../diagnostics/diagnostic.ts';
import { closest } from '../diagnostics/did-you-mean.ts';
import { describeValue } from '../values/describe-value.ts';
import { placeAtPath, type SourceNode } from '../yaml/source-node.ts';

type Written = Readonly<{ name: string; node: SourceNode }>;
type Say = (key: string, code: DiagnosticCode, message: string, hint: string | null) => void;

/** Checks the times of a schedule: that they can be read, that they come, and that no key is idle. */
export function checkSchedule(schedule: ScheduleDefinition, { name, node }: Written, report: Report): void {
  let readable = true;
  const say: Say = (key, code, message, hint) => {
    readable = false;
    report({ code, message: `Trigger \`${name}\`: ${message}`, hint, at: placeAtPath(node, [key]) });
  };
  const { cron, everyMs, at, rrule, start, timezone, jitterMs } = schedule;
  if (!isTimeZone(timezone)) checkZone(timezone, say);
  if (cron !== undefined) checkCron(cron, say);
  if (at !== undefined) checkMoment('at', at, say);
  if (start !== undefined) checkMoment('start', start, say);
  if (rrule !== undefined) checkRule(rrule, start, say);
  if (start !== undefined && everyMs === undefined && rrule === undefined) {
    say('start', 'useless_key', '`start` does nothing here.', '`start` belongs to `every` and `rrule`.');
  }
  if (node.kind === 'map' && node.entries.has('catch_up_limit') && schedule.catchUp !== 'all') {
    say('catch_up_limit', 'useless_key', '`catch_up_limit` does nothing without `catch_up: all`.', null);
  }
  if (jitterMs !== undefined && everyMs !== undefined && jitterMs >= everyMs) {
    const message = `\`jitter\` must be shorter than \`every\`; got \`${formatDuration(jitterMs)}\` for \`${formatDuration(everyMs)}\`.`;
    say('jitter', 'out_of_range', message, null);
  }
  if (readable && at === undefined && fireTimes(schedule).next(startOfSearch) === null) {
    const key = cron === undefined ? 'rrule' : 'cron';
    say(
      key,
      'never_fires',
      `\`${key}\` names no time at all.`,
      'No month has that day, or `UNTIL` lies before `start`.',
    );
  }
}

/** Whatever begins later begins after this. */
const startOfSearch = 0;

function checkZone(timezone: string, say: Say): void {
  const suggestion = closest(timezone, timeZones()) ?? closestCity(timezone);
  say(
    'timezone',
    'unknown_time_zone',
    `\`timezone\` must be an IANA time zone such as \`Europe/Oslo\`; got ${describeValue(timezone)}.`,
    suggestion === undefined ? null : `Did you mean \`${suggestion}\`?`,
  );
}

function checkCron(cron: string, say: Say): void {
  const parsed = parseCron(cron);
  if (!('problem' in parsed)) return;
  const hint = 'Fields: [second] minute hour day month weekday. `0 2 * * *` is every night at two.';
  say('cron', 'invalid_cron', `\`cron\` is not valid: ${parsed.problem}`, hint);
}

function checkMoment(key: 'at' | 'start', written: string, say: Say): void {
  if (/[Tt ]\d{2}:\d{2}/.test(written) && parseDate(written, 'UTC') !== undefined) return;
  const message = `\`${key}\` must be a date and time such as \`2026-01-31T08:00:00Z\`; got ${describeValue(written)}.`;
  say(key, 'invalid_time', message, 'Without an offset it is a time in `timezone`.');
}

function checkRule(rrule: string, start: string | undefined, say: Say): void {
  const parsed = parseRecurrence(rrule);
  if ('problem' in parsed) {
    say(
      'rrule',
      'invalid_rrule',
      `\`rrule\` is not valid: ${parsed.problem}`,
      'For example `FREQ=WEEKLY;BYDAY=MO,WE;BYHOUR=9`.',
    );
    return;
  }
  const open = start === undefined ? leftToStart(parsed.rule) : null;
  if (open === null) return;
  const message = `\`rrule\` leaves ${open} to its start, so the trigger needs the key \`start\`.`;
  say('rrule', 'invalid_rrule', message, 'Add `start: 2026-01-31T08:00:00` (a time in `timezone`).');
}

/** What a rule does not say itself; null: nothing, as times of day are midnight unless it says otherwise. */
function leftToStart(rule: RecurrenceRule): string | null {
  if (rule.count !== null) return 'what `COUNT` counts from';
  if (rule.interval > 1) return 'what `INTERVAL` counts from';
  const days = [rule.weekdays, rule.monthDays, rule.yearDays, rule.weeks].some((list) => list.length > 0);
  if (days) return null;
  return (
    { YEARLY: 'the day of the year', MONTHLY: 'the day of the month', WEEKLY: 'the weekday' }[String(rule.frequency)] ??
    null
  );
}

function timeZones(): readonly string[] {
  return ['UTC', ...Intl.supportedValuesOf('timeZone')];
}

/** `Oslo` means `Europe/Oslo`. */
function closestCity(zone: string): string | undefined {
  const cities = new Map(timeZones().map((known) => [known.slice(known.lastIndexOf('/') + 1), known]));
  const city = zone.slice(zone.lastIndexOf('/') + 1).replaceAll(' ', '_');
  const found = cities.has(city) ? city : closest(city, cities.keys());
  return found === undefined ? undefined : cities.get(found);
}
