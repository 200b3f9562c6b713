/** Formatters by zone: making one takes longer than a hundred uses. Zones are few, but the texts that name them are not. */
const formatters = new Map<string, Intl.DateTimeFormat>();
const formattersLimit = 64;

function formatterFor(zone: string): Intl.DateTimeFormat | undefined {
  const known = formatters.get(zone);
  if (known !== undefined) return known;
  let formatter: Intl.DateTimeFormat;
  try {
    formatter = new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      calendar: 'gregory',
      numberingSystem: 'latn',
      hourCycle: 'h23',
      era: 'short',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
      timeZoneName: 'short',
    });
  } catch {
    return undefined;
  }
  if (formatters.size >= formattersLimit) formatters.clear();
  formatters.set(zone, formatter);
  return formatter;
}

/** True for the names of the IANA database, such as `Europe/Oslo`, and for offsets such as `+02:00`. */
export function isTimeZone(zone: string): boolean {
  return zone.length > 0 && zone.length <= 64 && formatterFor(zone) !== undefined;
}

type Reading = Readonly<{ local: number; abbreviation: string }>;

/** What clocks in the zone show at an instant, as if that were UTC, and what the zone is called then. */
function readClock(instant: number, zone: string): Reading {
  const formatter = formatterFor(zone);
  if (formatter === undefined) return { local: instant, abbreviation: 'UTC' };
  const parts: Record<string, string> = {};
  for (const { type, value } of formatter.formatToParts(instant)) parts[type] = value;
  const yearOfEra = Number(parts.year);
  const date = new Date(0);
  date.setUTCFullYear(parts.era === 'BC' ? 1 - yearOfEra : yearOfEra, Number(parts.month) - 1, Number(parts.day));
  date.setUTCHours(Number(parts.hour), Number(parts.minute), Number(parts.second), ((instant % 1000) + 1000) % 1000);
  return { local: date.getTime(), abbreviation: parts.timeZoneName ?? zone };
}

/** How far the zone is ahead of UTC at an instant, in milliseconds. */
export function offsetAt(instant: number, zone: string): number {
  return zone === 'UTC' ? 0 : readClock(instant, zone).local - instant;
}

export function abbreviationAt(instant: number, zone: string): string {
  return zone === 'UTC' ? 'UTC' : readClock(instant, zone).abbreviation;
}
