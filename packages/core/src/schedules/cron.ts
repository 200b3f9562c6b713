// Cron expressions: five fields (minute hour day month weekday), or six with seconds first.
//
// `day` and `weekday` both given, that is neither holding every value, means either of them, as in every cron since the
// first. All else must hold together.
import { civilOf, dayMs, dayNumberOf, daysInMonth, weekdayOf } from './civil-day.ts';
import { type CronField, type CronFieldName, parseCronField } from './cron-field.ts';
import type { WallPattern } from './wall-pattern.ts';
import type { WallTime } from './wall-time.ts';

const fieldNames: readonly CronFieldName[] = ['second', 'minute', 'hour', 'day', 'month', 'weekday'];

/** As far as anybody looks for a day: the 29th of February skips a century's end, and no rule needs longer than 28 years. */
const horizonDays = 40 * 366;

export type CronResult = Readonly<{ pattern: WallPattern } | { problem: string }>;

/** Reads a cron expression; `problem` says what is wrong with it, as a sentence. */
export function parseCron(text: string): CronResult {
  const written = text.trim().split(/\s+/);
  if (written.length !== 5 && written.length !== 6) {
    return { problem: `it must have 5 or 6 fields; \`${text}\` has ${text.trim() === '' ? 0 : written.length}.` };
  }
  const fields: CronField[] = [];
  for (const [index, part] of (written.length === 5 ? ['0', ...written] : written).entries()) {
    const field = parseCronField(part, fieldNames[index] ?? 'second');
    if (typeof field === 'string') return { problem: field };
    fields.push(field);
  }
  const [second, minute, hour, day, month, weekday] = fields;
  if (!second || !minute || !hour || !day || !month || !weekday) return { problem: 'it is not complete.' };
  return { pattern: patternOf({ second, minute, hour, day, month, weekday }) };
}

type Cron = Readonly<Record<CronFieldName, CronField>>;

function patternOf(cron: Cron): WallPattern {
  const [hours, minutes, seconds] = [ascending(cron.hour), ascending(cron.minute), ascending(cron.second)];
  return {
    everyHour: cron.hour.every,
    next(after) {
      const start = Math.floor(after / 1_000) * 1_000 + 1_000;
      const first = Math.floor(start / dayMs);
      for (let day = first; day < first + horizonDays; day += 1) {
        const { year, month } = civilOf(day);
        if (!cron.month.values.has(month)) {
          day = dayNumberOf(year, month + 1, 1) - 1;
          continue;
        }
        if (!isDay(cron, day)) continue;
        const time = timeFrom(day === first ? start - day * dayMs : 0, hours, minutes, seconds);
        if (time !== null) return day * dayMs + time;
      }
      return null;
    },
  };
}

const ascending = ({ values }: CronField): readonly number[] => [...values].sort((left, right) => left - right);

/** The first time of day, from this one on, that the fields name, in milliseconds since midnight. */
function timeFrom(
  from: WallTime,
  hours: readonly number[],
  minutes: readonly number[],
  seconds: readonly number[],
): number | null {
  const at = Math.floor(from / 1_000);
  const [hour, minute, second] = [Math.floor(at / 3_600), Math.floor(at / 60) % 60, at % 60];
  for (const h of hours) {
    if (h < hour) continue;
    for (const m of minutes) {
      if (h === hour && m < minute) continue;
      const s = h === hour && m === minute ? seconds.find((one) => one >= second) : seconds[0];
      if (s !== undefined) return (h * 3_600 + m * 60 + s) * 1_000;
    }
  }
  return null;
}

function isDay({ day, weekday }: Cron, dayNumber: number): boolean {
  if (day.every || weekday.every) {
    return (day.every || isDayOfMonth(day, dayNumber)) && (weekday.every || isWeekday(weekday, dayNumber));
  }
  return isDayOfMonth(day, dayNumber) || isWeekday(weekday, dayNumber);
}

function isDayOfMonth({ values, fromLast, nearest }: CronField, dayNumber: number): boolean {
  const { year, month, day } = civilOf(dayNumber);
  if (values.has(day)) return true;
  if (fromLast.length === 0 && nearest.length === 0) return false;
  const last = daysInMonth(year, month);
  if (fromLast.includes(last - day)) return true;
  const first = dayNumber - day + 1;
  return nearest.some((target) => {
    const wanted = target === 'last' ? last : target;
    return wanted <= last && nearestWorkday(first, wanted, last) === day;
  });
}

/** The day from Monday to Friday that is nearest to a day, in the same month. */
function nearestWorkday(first: number, wanted: number, last: number): number {
  const weekday = weekdayOf(first + wanted - 1);
  if (weekday === 6) return wanted === 1 ? 3 : wanted - 1;
  if (weekday === 0) return wanted === last ? wanted - 2 : wanted + 1;
  return wanted;
}

function isWeekday({ values, nth }: CronField, dayNumber: number): boolean {
  const weekday = weekdayOf(dayNumber);
  if (values.has(weekday)) return true;
  if (nth.length === 0) return false;
  const { year, month, day } = civilOf(dayNumber);
  return nth.some((one) => {
    if (one.weekday !== weekday) return false;
    return one.nth === 'last' ? day + 7 > daysInMonth(year, month) : Math.ceil(day / 7) === one.nth;
  });
}
