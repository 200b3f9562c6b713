// Days of the calendar as numbers: days since 1970-01-01. Arithmetic on them needs no time zone and has no surprises.

export const dayMs = 86_400_000;

export type CivilDay = Readonly<{ year: number /** 1 to 12. */; month: number /** 1 to 31. */; day: number }>;

export function civilOf(dayNumber: number): CivilDay {
  const date = new Date(dayNumber * dayMs);
  return { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() };
}

/** Months beyond the year's end, and below its beginning, count on into the next and the last one. */
export function dayNumberOf(year: number, month: number, day: number): number {
  return Date.UTC(year, month - 1, day) / dayMs;
}

/** 0 is Sunday. */
export function weekdayOf(dayNumber: number): number {
  return (((dayNumber + 4) % 7) + 7) % 7;
}

export function daysInMonth(year: number, month: number): number {
  return dayNumberOf(year, month + 1, 1) - dayNumberOf(year, month, 1);
}

export function daysInYear(year: number): number {
  return dayNumberOf(year + 1, 1, 1) - dayNumberOf(year, 1, 1);
}
