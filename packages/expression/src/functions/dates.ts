import type { CallNode } from '../ast.ts';
import { didYouMean } from '../did-you-mean.ts';
import type { Evaluation } from '../evaluate/evaluation.ts';
import type { Json } from '../json.ts';
import { absent, badArgument, numberAt, textAt, wrongType } from './arguments.ts';
import { type Builtin, plain } from './builtin.ts';
import { addMonths, addUnit, isUnit, parseDate, parseDuration, unitMs, unitNames } from './date-parts.ts';
import { dateTokens, formatDate } from './format-date.ts';
import { isTimeZone } from './time-zone.ts';

/** 0000-01-01T00:00:00Z; Date.UTC cannot be asked for years below 100. */
const earliest = -62_167_219_200_000;
const latest = Date.UTC(9999, 11, 31, 23, 59, 59, 999);

/** An instant in milliseconds, from an ISO 8601 text or from seconds since 1970. */
function instantAt(args: readonly Json[], index: number, call: CallNode, zone = 'UTC'): number {
  const value = args[index] ?? null;
  if (typeof value === 'number') return inRange(Math.round(value * 1000), index, call);
  if (typeof value !== 'string') return wrongType(value, index, call, 'a date (a string) or a number of seconds');
  const instant = parseDate(value.trim(), zone);
  if (instant !== undefined) return inRange(instant, index, call);
  return badArgument(
    `\`${value.slice(0, 60)}\` is not a date.`,
    index,
    call,
    'Dates look like 2026-01-31, 2026-01-31T09:30, 2026-01-31T09:30:00Z or 2026-01-31T09:30:00+01:00.',
  );
}

function inRange(instant: number, index: number, call: CallNode): number {
  if (instant >= earliest && instant <= latest) return instant;
  return badArgument('Dates lie between the years 0 and 9999.', index, call);
}

/** Time zones cost some microseconds each time. */
function zoneAt(args: readonly Json[], index: number, call: CallNode, evaluation: Evaluation): string {
  if (absent(args, index)) return 'UTC';
  evaluation.spend(20, call);
  const zone = textAt(args, index, call);
  if (isTimeZone(zone)) return zone;
  return badArgument(
    `\`${zone.slice(0, 60)}\` is not a time zone.`,
    index,
    call,
    'Use a name such as UTC or Europe/Oslo.',
  );
}

function unitAt(args: readonly Json[], index: number, call: CallNode): string {
  const unit = textAt(args, index, call);
  const plural = unit.endsWith('s') ? unit : `${unit}s`;
  if (isUnit(plural)) return plural;
  return badArgument(
    `\`${unit.slice(0, 40)}\` is not a unit of time.`,
    index,
    call,
    didYouMean(plural, unitNames) ?? `The units are ${unitNames.join(', ')}.`,
  );
}

function durationAt(args: readonly Json[], index: number, call: CallNode): number {
  const text = textAt(args, index, call);
  const duration = parseDuration(text.trim());
  if (duration !== undefined) return duration;
  return badArgument(
    `\`${text.slice(0, 40)}\` is not a duration.`,
    index,
    call,
    'Durations look like 500ms, 30s, 5m, 2h, 7d, 1h30m or -1d. For months write date_add(date, 1, "months").',
  );
}

function toIso(instant: number): string {
  return new Date(instant).toISOString();
}

function add(args: readonly Json[], call: CallNode): number {
  const instant = instantAt(args, 0, call);
  if (absent(args, 2)) return inRange(instant + durationAt(args, 1, call), 1, call);
  const amount = numberAt(args, 1, call);
  const unit = unitAt(args, 2, call);
  if (unit !== 'months' && unit !== 'years') return inRange(addUnit(instant, amount, unit), 1, call);
  if (!Number.isInteger(amount) || Math.abs(amount) > 120_000) {
    badArgument(`date_add() adds a whole number of ${unit}.`, 1, call);
  }
  return inRange(addMonths(instant, unit === 'years' ? amount * 12 : amount), 1, call);
}

/**
 * Instants are texts, ISO 8601 in UTC with milliseconds, so that they compare and sort as they stand. Wherever a date is
 * taken, so is a number: seconds since 1970-01-01T00:00:00Z.
 */
export const dateFunctions: readonly Builtin[] = [
  plain('now()', (_args, _call, evaluation) => toIso(evaluation.scope.now)),
  /** Any date as an instant. The zone (UTC) counts for texts that name no offset. */
  plain('date(value, zone?)', (args, call, evaluation) =>
    toIso(instantAt(args, 0, call, zoneAt(args, 1, call, evaluation))),
  ),
  /** A later instant, or an earlier one: by a duration ("1h30m", "-7d") or by an amount of a unit. */
  plain('date_add(date, amount, unit?)', (args, call) => toIso(add(args, call))),
  /** How much later the second date is than the first, in a unit (seconds) of fixed length. */
  plain('date_diff(start, end, unit?)', (args, call) => {
    const unit = absent(args, 2) ? 'seconds' : unitAt(args, 2, call);
    const length = unitMs(unit);
    if (length === undefined) {
      badArgument(`date_diff() does not count in ${unit}: they differ in length.`, 2, call, 'Use days or weeks.');
    }
    return (instantAt(args, 1, call) - instantAt(args, 0, call)) / length + 0;
  }),
  /** The date in a time zone (UTC), written by a pattern of % tokens (ISO 8601 with the offset). */
  plain('format_date(date, pattern?, zone?)', (args, call, evaluation) => {
    const pattern = absent(args, 1) ? '%Y-%m-%dT%H:%M:%S%:z' : textAt(args, 1, call);
    const zone = zoneAt(args, 2, call, evaluation);
    evaluation.allocate(pattern.length * 10, call);
    evaluation.spend(pattern.length, call);
    const formatted = formatDate(instantAt(args, 0, call, zone), pattern, zone);
    if ('text' in formatted) return formatted.text;
    return badArgument(
      `format_date() has no token \`${formatted.unknownToken}\`.`,
      1,
      call,
      `The tokens are ${dateTokens.join(' ')}.`,
    );
  }),
];
