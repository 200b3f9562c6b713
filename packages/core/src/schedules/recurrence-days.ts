import { civilOf, dayNumberOf, daysInMonth, daysInYear, weekdayOf } from './civil-day.ts';
import type { RecurrenceRule } from './recurrence-rule.ts';

/**
 * Whether a rule lets a day in: every filter that it has must. (RFC 5545 tells filters that expand from those that limit;
 * over all days of a period both are the same question.) Where nothing names a day, the day of `start` does.
 */
export function dayFilter(rule: RecurrenceRule, startDay: number): (dayNumber: number) => boolean {
  const { months, weeks, yearDays, monthDays, weekdays } = withDefaults(rule, startDay);
  const plain = new Set(weekdays.filter(({ nth }) => nth === 0).map(({ weekday }) => weekday));
  const ordinals = weekdays.filter(({ nth }) => nth !== 0);
  const inYear = rule.frequency === 'YEARLY' && months.length === 0;
  return (dayNumber) => {
    const { year, month, day } = civilOf(dayNumber);
    if (months.length > 0 && !months.includes(month)) return false;
    if (weeks.length > 0 && !isInWeeks(dayNumber, weeks, rule.weekStart)) return false;
    if (yearDays.length > 0 && !names(yearDays, dayNumber - dayNumberOf(year, 1, 1) + 1, daysInYear(year)))
      return false;
    if (monthDays.length > 0 && !names(monthDays, day, daysInMonth(year, month))) return false;
    if (weekdays.length === 0) return true;
    const weekday = weekdayOf(dayNumber);
    if (plain.has(weekday)) return true;
    const [position, length] = inYear
      ? [dayNumber - dayNumberOf(year, 1, 1) + 1, daysInYear(year)]
      : [day, daysInMonth(year, month)];
    return ordinals.some((one) => one.weekday === weekday && isNth(one.nth, position, length));
  };
}

/** From the front, or with a minus from the back. */
const names = (list: readonly number[], position: number, length: number): boolean =>
  list.includes(position) || list.includes(position - length - 1);

const isNth = (nth: number, position: number, length: number): boolean =>
  nth > 0 ? Math.ceil(position / 7) === nth : Math.ceil((length - position + 1) / 7) === -nth;

function withDefaults(rule: RecurrenceRule, startDay: number): RecurrenceRule {
  const { weeks, yearDays, monthDays, weekdays, months } = rule;
  if ([weeks, yearDays, monthDays, weekdays].some((list) => list.length > 0)) return rule;
  const { month, day } = civilOf(startDay);
  switch (rule.frequency) {
    case 'YEARLY':
      return { ...rule, months: months.length === 0 ? [month] : months, monthDays: [day] };
    case 'MONTHLY':
      return { ...rule, monthDays: [day] };
    case 'WEEKLY':
      return { ...rule, weekdays: [{ weekday: weekdayOf(startDay), nth: 0 }] };
    default:
      return rule;
  }
}

/** Week 1 is the first that has four days in its year; days before it belong to the year before. */
function isInWeeks(dayNumber: number, weeks: readonly number[], weekStart: number): boolean {
  const { year } = civilOf(dayNumber);
  const first = firstWeek(year, weekStart);
  const count = (firstWeek(year + 1, weekStart) - first) / 7;
  if (dayNumber < first) {
    return weeks.includes(-1) || weeks.includes(Math.floor((dayNumber - firstWeek(year - 1, weekStart)) / 7) + 1);
  }
  const week = Math.floor((dayNumber - first) / 7) + 1;
  return week > count ? weeks.includes(1) : names(weeks, week, count);
}

/** The day on which a year's first week begins. */
function firstWeek(year: number, weekStart: number): number {
  const january4 = dayNumberOf(year, 1, 4);
  return january4 - ((weekdayOf(january4) - weekStart + 7) % 7);
}
