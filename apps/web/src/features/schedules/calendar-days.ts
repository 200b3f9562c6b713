/** A day of the calendar, in the time zone of the browser. */
export type CalendarDay = Readonly<{
  /** `2026-11-26`. */
  key: string;
  /** Its beginning. */
  at: Date;
}>;

export type CalendarSpan = 'week' | 'month';

const pad = (number: number): string => String(number).padStart(2, '0');

export const dayKey = (at: Date): string => `${at.getFullYear()}-${pad(at.getMonth() + 1)}-${pad(at.getDate())}`;

/** The day that a key means; today for anything else. */
export function dayOf(key: string | undefined, now: Date): Date {
  const [, year, month, day] = /^(\d{4})-(\d\d)-(\d\d)$/.exec(key ?? '') ?? [];
  const found = new Date(Number(year), Number(month) - 1, Number(day));
  return Number.isNaN(found.getTime()) ? new Date(now.getFullYear(), now.getMonth(), now.getDate()) : found;
}

/** The days of the week, or of the whole weeks of the month, in which a day lies; weeks begin on Monday. */
export function calendarDays(of: Date, span: CalendarSpan): readonly CalendarDay[] {
  const [year, month] = [of.getFullYear(), of.getMonth()];
  const first = span === 'month' ? new Date(year, month, 1) : of;
  const start = new Date(first.getFullYear(), first.getMonth(), first.getDate() - ((first.getDay() + 6) % 7));
  const count =
    span === 'week' ? 7 : Math.ceil((((first.getDay() + 6) % 7) + new Date(year, month + 1, 0).getDate()) / 7) * 7;
  return Array.from({ length: count }, (_, index) => {
    // Days are counted and not hours: some have 23 or 25.
    const at = new Date(start.getFullYear(), start.getMonth(), start.getDate() + index);
    return { key: dayKey(at), at };
  });
}

/** One span earlier or later. */
export function turn(of: Date, span: CalendarSpan, by: -1 | 1): Date {
  return span === 'month'
    ? new Date(of.getFullYear(), of.getMonth() + by, 1)
    : new Date(of.getFullYear(), of.getMonth(), of.getDate() + 7 * by);
}

/** Times by the day on which they fall here. */
export function byDay(times: readonly string[]): ReadonlyMap<string, readonly Date[]> {
  const days = new Map<string, Date[]>();
  for (const time of times) {
    const at = new Date(time);
    const key = dayKey(at);
    days.set(key, [...(days.get(key) ?? []), at]);
  }
  return days;
}
