import { offsetAt } from './time-zone.ts';

const lengths: ReadonlyMap<string, number | undefined> = new Map([
  ['milliseconds', 1],
  ['seconds', 1_000],
  ['minutes', 60_000],
  ['hours', 3_600_000],
  ['days', 86_400_000],
  ['weeks', 604_800_000],
  ['months', undefined],
  ['years', undefined],
]);

export const unitNames: readonly string[] = [...lengths.keys()];

export function isUnit(name: string): boolean {
  return lengths.has(name);
}

/** The length of a unit in milliseconds; undefined for months and years. */
export function unitMs(unit: string): number | undefined {
  return lengths.get(unit);
}

export function addUnit(instant: number, amount: number, unit: string): number {
  return Math.round(instant + amount * (unitMs(unit) ?? Number.NaN));
}

/** The same day and time some months later, in UTC; where the month is shorter, its last day. */
export function addMonths(instant: number, months: number): number {
  const date = new Date(instant);
  const day = date.getUTCDate();
  date.setUTCDate(1);
  date.setUTCMonth(date.getUTCMonth() + months);
  date.setUTCDate(Math.min(day, daysInMonth(date.getUTCFullYear(), date.getUTCMonth() + 1)));
  return date.getTime();
}

function daysInMonth(year: number, month: number): number {
  if (month === 2) return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28;
  return [4, 6, 9, 11].includes(month) ? 30 : 31;
}

const iso =
  /^(\d{4})-(\d{2})-(\d{2})(?:[Tt ](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?\s?([Zz]|[+-]\d{2}(?::?\d{2})?)?)?$/;

/**
 * Milliseconds since 1970 of an ISO 8601 text, or undefined when it is none. Without an offset it is a time in `zone`; a time
 * that a change of clocks skips is moved forward, one that comes twice is the first. Fractions beyond milliseconds are cut.
 */
export function parseDate(text: string, zone: string): number | undefined {
  const match = iso.exec(text);
  if (match === null) return undefined;
  const [, year = '', month = '', day = '', hour = '0', minute = '0', second = '0', fraction = '', offset] = match;
  const parts = [year, month, day, hour, minute, second].map(Number);
  const [y = 0, mo = 0, d = 0, h = 0, mi = 0, s = 0] = parts;
  if (mo < 1 || mo > 12 || d < 1 || d > daysInMonth(y, mo) || h > 23 || mi > 59 || s > 59) return undefined;
  const local = utc(y, mo, d) + h * 3_600_000 + mi * 60_000 + s * 1_000 + Number(fraction.padEnd(3, '0').slice(0, 3));
  if (offset === undefined) return fromZone(local, zone);
  const ms = offsetMs(offset);
  return ms === undefined ? undefined : local - ms;
}

/** As Date.UTC, which reads the years 0 to 99 as 1900 to 1999. */
function utc(year: number, month: number, day: number): number {
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  return date.getTime();
}

function offsetMs(offset: string): number | undefined {
  if (offset === 'Z' || offset === 'z') return 0;
  const hours = Number(offset.slice(1, 3));
  const minutes = Number(offset.slice(3).replace(':', '') || '0');
  if (hours > 23 || minutes > 59) return undefined;
  return (offset.startsWith('-') ? -1 : 1) * (hours * 3_600_000 + minutes * 60_000);
}

/** The instant at which clocks in the zone show a local time. */
function fromZone(local: number, zone: string): number {
  if (zone === 'UTC') return local;
  const before = offsetAt(local - 86_400_000, zone);
  const after = offsetAt(local + 86_400_000, zone);
  for (const offset of [before, after]) if (offsetAt(local - offset, zone) === offset) return local - offset;
  return local - before;
}

const durationUnits: ReadonlyMap<string, number> = new Map([
  ['ms', 1],
  ['s', 1_000],
  ['m', 60_000],
  ['h', 3_600_000],
  ['d', 86_400_000],
  ['w', 604_800_000],
]);

/** Milliseconds of a duration such as `1h30m`, `500ms` or `-7d`; undefined when the text is none. */
export function parseDuration(text: string): number | undefined {
  const match = /^([+-]?)((?:\d{1,12}(?:ms|[smhdw]))+)$/.exec(text);
  if (match === null) return undefined;
  let duration = 0;
  for (const [, amount, unit = ''] of (match[2] ?? '').matchAll(/(\d+)(ms|[smhdw])/g)) {
    duration += Number(amount) * (durationUnits.get(unit) ?? Number.NaN);
  }
  return match[1] === '-' ? -duration : duration;
}
