// The text of a recurrence rule (RFC 5545, 3.3.10) and what it says.
import { parseDate } from '@millrace/expression';
import type { Instant } from '../run/records.ts';
import type { WallTime } from './wall-time.ts';

/** From the finest to the coarsest. */
const frequencies = ['SECONDLY', 'MINUTELY', 'HOURLY', 'DAILY', 'WEEKLY', 'MONTHLY', 'YEARLY'] as const;
type Frequency = (typeof frequencies)[number];

export type RecurrenceRule = Readonly<{
  frequency: Frequency;
  interval: number;
  count: number | null;
  /** The last wall time; null: none, or it is given as a moment. */
  untilWall: WallTime | null;
  untilMoment: Instant | null;
  weekStart: number;
  /** Empty: not given. */
  seconds: readonly number[];
  minutes: readonly number[];
  hours: readonly number[];
  /** `nth` 0: each; negative: from the end. */
  weekdays: readonly Readonly<{ weekday: number; nth: number }>[];
  monthDays: readonly number[];
  yearDays: readonly number[];
  weeks: readonly number[];
  months: readonly number[];
  positions: readonly number[];
}>;

export type RecurrenceResult = Readonly<{ rule: RecurrenceRule } | { problem: string }>;

/** A count must be counted out, so it is bounded. */
const maxCount = 100_000;
const weekdays = ['SU', 'MO', 'TU', 'WE', 'TH', 'FR', 'SA'];

type NumberPart = Readonly<{ least: number; most: number; negative: boolean }>;

const numberParts: Readonly<Record<string, NumberPart>> = {
  BYSECOND: { least: 0, most: 59, negative: false },
  BYMINUTE: { least: 0, most: 59, negative: false },
  BYHOUR: { least: 0, most: 23, negative: false },
  BYMONTHDAY: { least: 1, most: 31, negative: true },
  BYYEARDAY: { least: 1, most: 366, negative: true },
  BYWEEKNO: { least: 1, most: 53, negative: true },
  BYMONTH: { least: 1, most: 12, negative: false },
  BYSETPOS: { least: 1, most: 366, negative: true },
};

const textParts = ['FREQ', 'INTERVAL', 'COUNT', 'UNTIL', 'BYDAY', 'WKST'];

/** Reads a rule, with or without `RRULE:` before it; `problem` says what is wrong with it, as a sentence. */
export function parseRecurrence(text: string): RecurrenceResult {
  const parts = new Map<string, string>();
  for (const part of text
    .trim()
    .toUpperCase()
    .replace(/^RRULE:/, '')
    .split(';')) {
    const [key = '', value, more] = part.split('=');
    const known = textParts.includes(key) || Object.hasOwn(numberParts, key);
    if (!known || value === undefined || more !== undefined) {
      return { problem: `it has the part \`${part}\`, which RFC 5545 does not know.` };
    }
    if (parts.has(key)) return { problem: `it has \`${key}\` twice.` };
    parts.set(key, value);
  }
  return ruleOf(parts);
}

function ruleOf(parts: ReadonlyMap<string, string>): RecurrenceResult {
  const frequency = frequencies.find((one) => one === parts.get('FREQ'));
  if (frequency === undefined) {
    const given = parts.get('FREQ');
    return { problem: given === undefined ? 'it needs `FREQ`.' : notA(given, 'FREQ') };
  }
  const numbers: Record<string, readonly number[]> = {};
  for (const [key, limits] of Object.entries(numberParts)) {
    const list = numberList(parts.get(key), limits);
    if (list === null) return { problem: notA(parts.get(key) ?? '', key) };
    numbers[key] = list;
  }
  const interval = positive(parts.get('INTERVAL') ?? '1', 999_999);
  const count = parts.has('COUNT') ? positive(parts.get('COUNT') ?? '', maxCount) : null;
  const until = untilOf(parts.get('UNTIL'));
  const byDay = weekdayList(parts.get('BYDAY'));
  const weekStart = weekdays.indexOf(parts.get('WKST') ?? 'MO');
  if (interval === null) return { problem: notA(parts.get('INTERVAL') ?? '', 'INTERVAL') };
  if (parts.has('COUNT') && count === null) {
    return { problem: `\`${parts.get('COUNT')}\` is not a value of \`COUNT\`: it is 1 to ${maxCount}.` };
  }
  if (until === null) return { problem: notA(parts.get('UNTIL') ?? '', 'UNTIL') };
  if (byDay === null) return { problem: notA(parts.get('BYDAY') ?? '', 'BYDAY') };
  if (weekStart < 0) return { problem: notA(parts.get('WKST') ?? '', 'WKST') };
  const rule: RecurrenceRule = {
    frequency,
    interval,
    count,
    ...until,
    weekStart,
    seconds: numbers.BYSECOND ?? [],
    minutes: numbers.BYMINUTE ?? [],
    hours: numbers.BYHOUR ?? [],
    weekdays: byDay,
    monthDays: numbers.BYMONTHDAY ?? [],
    yearDays: numbers.BYYEARDAY ?? [],
    weeks: numbers.BYWEEKNO ?? [],
    months: numbers.BYMONTH ?? [],
    positions: numbers.BYSETPOS ?? [],
  };
  const problem = contradiction(rule);
  return problem === null ? { rule } : { problem };
}

const notA = (value: string, key: string): string => `\`${value}\` is not a value of \`${key}\`.`;

/** What RFC 5545 forbids together. */
function contradiction(rule: RecurrenceRule): string | null {
  const { frequency } = rule;
  if (rule.count !== null && (rule.untilWall !== null || rule.untilMoment !== null)) {
    return 'it has both `COUNT` and `UNTIL`; only one is allowed.';
  }
  const ordinal = rule.weekdays.some(({ nth }) => nth !== 0);
  if (ordinal && frequency !== 'MONTHLY' && frequency !== 'YEARLY') {
    return `\`BYDAY\` with a number needs \`FREQ=MONTHLY\` or \`FREQ=YEARLY\`; here it is \`${frequency}\`.`;
  }
  if (ordinal && rule.weeks.length > 0) return '`BYDAY` with a number cannot stand together with `BYWEEKNO`.';
  if (rule.weeks.length > 0 && frequency !== 'YEARLY') return '`BYWEEKNO` needs `FREQ=YEARLY`.';
  if (rule.yearDays.length > 0 && ['DAILY', 'WEEKLY', 'MONTHLY'].includes(frequency)) {
    return `\`BYYEARDAY\` cannot stand together with \`FREQ=${frequency}\`.`;
  }
  if (rule.monthDays.length > 0 && frequency === 'WEEKLY') {
    return '`BYMONTHDAY` cannot stand together with `FREQ=WEEKLY`.';
  }
  const filters = [
    rule.seconds,
    rule.minutes,
    rule.hours,
    rule.weekdays,
    rule.monthDays,
    rule.yearDays,
    rule.weeks,
    rule.months,
  ];
  if (rule.positions.length > 0 && filters.every((list) => list.length === 0)) {
    return '`BYSETPOS` chooses among what another `BY…` names; there is none.';
  }
  return null;
}

function numberList(text: string | undefined, { least, most, negative }: NumberPart): readonly number[] | null {
  if (text === undefined) return [];
  const values: number[] = [];
  for (const part of text.split(',')) {
    if (!/^[+-]?\d{1,3}$/.test(part)) return null;
    const value = Number(part);
    if (Math.abs(value) < least || Math.abs(value) > most || (value < 0 && !negative)) return null;
    values.push(value);
  }
  return [...new Set(values)].sort((left, right) => left - right);
}

function weekdayList(text: string | undefined): RecurrenceRule['weekdays'] | null {
  if (text === undefined) return [];
  const found: { weekday: number; nth: number }[] = [];
  for (const part of text.split(',')) {
    const [, nth, name = ''] = /^([+-]?\d{1,2})?(SU|MO|TU|WE|TH|FR|SA)$/.exec(part) ?? [];
    const number = nth === undefined ? 0 : Number(nth);
    if (name === '' || Math.abs(number) > 53 || (nth !== undefined && number === 0)) return null;
    found.push({ weekday: weekdays.indexOf(name), nth: number });
  }
  return found;
}

function positive(text: string, most: number): number | null {
  const value = /^\d{1,9}$/.test(text) ? Number(text) : 0;
  return value >= 1 && value <= most ? value : null;
}

/** A date is its whole day, a time is on the wall, one with `Z` is a moment. null: it is none of these. */
function untilOf(text: string | undefined): Pick<RecurrenceRule, 'untilWall' | 'untilMoment'> | null {
  if (text === undefined) return { untilWall: null, untilMoment: null };
  const [, y, m, d, time, h, mi, s, z] = /^(\d{4})(\d{2})(\d{2})(T(\d{2})(\d{2})(\d{2})(Z)?)?$/.exec(text) ?? [];
  if (y === undefined) return null;
  const at = parseDate(time === undefined ? `${y}-${m}-${d}T23:59:59Z` : `${y}-${m}-${d}T${h}:${mi}:${s}Z`, 'UTC');
  if (at === undefined) return null;
  return z === undefined ? { untilWall: at, untilMoment: null } : { untilWall: null, untilMoment: at };
}
