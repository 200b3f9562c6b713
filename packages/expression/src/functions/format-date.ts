import { abbreviationAt, offsetAt } from './time-zone.ts';

const days = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
const months = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];

/** `local` is a Date whose UTC fields show what clocks in the zone show. */
type Moment = Readonly<{ local: Date; instant: number; offset: number; zone: string }>;

function two(value: number): string {
  return String(value).padStart(2, '0');
}

function offsetText({ offset }: Moment, separator: string): string {
  const minutes = Math.floor(Math.abs(offset) / 60_000);
  return `${offset < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}${separator}${two(minutes % 60)}`;
}

function dayOfYear(local: Date): number {
  const start = new Date(local.getTime());
  start.setUTCMonth(0, 1);
  return Math.round((local.getTime() - start.getTime()) / 86_400_000) + 1;
}

/** Week and year of ISO 8601: weeks start on Monday and belong to the year that holds their Thursday. */
function isoWeek(local: Date): Readonly<{ year: number; week: number }> {
  const thursday = new Date(local.getTime());
  thursday.setUTCDate(thursday.getUTCDate() + 4 - (local.getUTCDay() || 7));
  return { year: thursday.getUTCFullYear(), week: Math.floor((dayOfYear(thursday) - 1) / 7) + 1 };
}

const year = ({ local }: Moment) => String(local.getUTCFullYear()).padStart(4, '0');
const month = ({ local }: Moment) => two(local.getUTCMonth() + 1);
const day = ({ local }: Moment) => two(local.getUTCDate());
const hour = ({ local }: Moment) => two(local.getUTCHours());
const minute = ({ local }: Moment) => two(local.getUTCMinutes());
const second = ({ local }: Moment) => two(local.getUTCSeconds());
const dayName = ({ local }: Moment) => days[local.getUTCDay()] ?? '';
const monthName = ({ local }: Moment) => months[local.getUTCMonth()] ?? '';

/** As in strftime(3), in English. */
const tokens: ReadonlyMap<string, (moment: Moment) => string> = new Map([
  ['%Y', year],
  ['%y', (moment) => year(moment).slice(-2)],
  ['%m', month],
  ['%d', day],
  ['%e', ({ local }) => String(local.getUTCDate()).padStart(2, ' ')],
  ['%H', hour],
  ['%I', ({ local }) => two(local.getUTCHours() % 12 || 12)],
  ['%M', minute],
  ['%S', second],
  ['%L', ({ local }) => String(local.getUTCMilliseconds()).padStart(3, '0')],
  ['%p', ({ local }) => (local.getUTCHours() < 12 ? 'AM' : 'PM')],
  ['%A', dayName],
  ['%a', (moment) => dayName(moment).slice(0, 3)],
  ['%B', monthName],
  ['%b', (moment) => monthName(moment).slice(0, 3)],
  ['%j', ({ local }) => String(dayOfYear(local)).padStart(3, '0')],
  ['%u', ({ local }) => String(local.getUTCDay() || 7)],
  ['%V', ({ local }) => two(isoWeek(local).week)],
  ['%G', ({ local }) => String(isoWeek(local).year).padStart(4, '0')],
  ['%F', (moment) => `${year(moment)}-${month(moment)}-${day(moment)}`],
  ['%T', (moment) => `${hour(moment)}:${minute(moment)}:${second(moment)}`],
  ['%z', (moment) => offsetText(moment, '')],
  ['%:z', (moment) => offsetText(moment, ':')],
  ['%Z', ({ instant, zone }) => abbreviationAt(instant, zone)],
  ['%s', ({ instant }) => String(Math.floor(instant / 1000))],
  ['%%', () => '%'],
]);

export const dateTokens: readonly string[] = [...tokens.keys()];

/** Writes an instant as clocks in the zone show it, or names the first token of the pattern that does not exist. */
export function formatDate(
  instant: number,
  pattern: string,
  zone: string,
): Readonly<{ text: string } | { unknownToken: string }> {
  const offset = offsetAt(instant, zone);
  const moment = { local: new Date(instant + offset), instant, offset, zone };
  let unknownToken: string | undefined;
  const text = pattern.replace(/%:?.?/gsu, (token) => {
    const write = tokens.get(token);
    if (write !== undefined) return write(moment);
    unknownToken ??= token;
    return '';
  });
  return unknownToken === undefined ? { text } : { unknownToken };
}
