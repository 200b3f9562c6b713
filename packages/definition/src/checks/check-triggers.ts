import { CronPattern } from 'croner';
import type { Report } from '../diagnostics/diagnostic.ts';
import { closest } from '../diagnostics/did-you-mean.ts';
import { describeValue } from '../values/describe-value.ts';
import { placeAtPath } from '../yaml/source-node.ts';
import { isDateTime } from './literal-values.ts';
import type { LoadedTrigger } from './loaded.ts';
import { rruleProblem } from './recurrence-rules.ts';

/** Checks the times of schedules. */
export function checkTriggers(triggers: Iterable<LoadedTrigger>, report: Report): void {
  for (const { name, node, definition } of triggers) {
    if (definition?.type !== 'schedule') continue;
    const { cron, at, rrule, timezone } = definition;
    const owner = `Trigger \`${name}\``;
    const zoneKnown = isTimeZone(timezone);
    if (!zoneKnown) {
      const suggestion = closest(timezone, timeZones()) ?? closestCity(timezone);
      report({
        code: 'unknown_time_zone',
        message: `${owner}: \`timezone\` must be an IANA time zone such as \`Europe/Oslo\`; got ${describeValue(timezone)}.`,
        hint: suggestion === undefined ? null : `Did you mean \`${suggestion}\`?`,
        at: placeAtPath(node, ['timezone']),
      });
    }
    const problem = cron === undefined ? null : cronProblem(cron);
    if (problem !== null) {
      report({
        code: 'invalid_cron',
        message: `${owner}: ${problem}`,
        hint: 'Fields: [second] minute hour day month weekday. `0 2 * * *` is every night at two.',
        at: placeAtPath(node, ['cron']),
      });
    }
    if (at !== undefined && !isDateTime(at)) {
      report({
        code: 'invalid_time',
        message: `${owner}: \`at\` must be a date and time such as \`2026-01-31T08:00:00Z\`; got ${describeValue(at)}.`,
        at: placeAtPath(node, ['at']),
      });
    }
    const broken = rrule === undefined ? null : rruleProblem(rrule);
    if (broken !== null) {
      report({
        code: 'invalid_rrule',
        message: `${owner}: ${broken}`,
        hint: 'For example `FREQ=WEEKLY;BYDAY=MO,WE;BYHOUR=9`.',
        at: placeAtPath(node, ['rrule']),
      });
    }
  }
}

function cronProblem(cron: string): string | null {
  const fields = cron.trim().split(/\s+/);
  if (fields.length !== 5 && fields.length !== 6) {
    return `\`cron\` must have 5 or 6 fields; \`${cron}\` has ${fields.length}.`;
  }
  try {
    new CronPattern(cron.trim(), 'UTC', { mode: '5-or-6-parts' });
    return null;
  } catch (error) {
    const reason = error instanceof Error ? error.message.replace(/^CronPattern:\s*/, '') : String(error);
    return `\`cron\` is not valid: ${reason}`;
  }
}

function isTimeZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
    return true;
  } catch {
    return false;
  }
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
