// The wall times of a recurrence rule (RFC 5545, 3.3.10), found from any point without counting from its start.
//
// A rule goes by periods: years, months, weeks, days, or single hours, minutes, seconds. Each gives candidates, the days
// that its filters let in times the times of day; `BYSETPOS` chooses among them. Periods finer than a day are stepped over
// as long as day, hour or minute are not let in.
import { civilOf, dayMs, dayNumberOf, weekdayOf } from './civil-day.ts';
import { dayFilter } from './recurrence-days.ts';
import type { RecurrenceRule } from './recurrence-rule.ts';
import type { WallPattern } from './wall-pattern.ts';
import type { WallTime } from './wall-time.ts';

/** How far anybody looks for the next time before a rule counts as one that names none: in periods, and in days. */
const maxPeriods = 30_000;
const horizonDays = 60 * 366;

/** The pattern of a rule that begins at `start`. `start` itself is only among its times when the rule names it. */
export function recurrencePattern(rule: RecurrenceRule, start: WallTime): WallPattern {
  const next = isFine(rule) ? fineTimes(rule, start) : coarseTimes(rule, start);
  const last = lastTime(rule, start, next);
  return {
    everyHour: namesEveryHour(rule),
    next(after) {
      const found = next(Math.max(after, start - 1));
      return found === null || found > last ? null : found;
    },
  };
}

const isFine = ({ frequency }: RecurrenceRule): boolean =>
  frequency === 'HOURLY' || frequency === 'MINUTELY' || frequency === 'SECONDLY';

/** What is counted is counted on the wall, each time once. */
function namesEveryHour({ frequency, interval, hours, count }: RecurrenceRule): boolean {
  if (count !== null || hours.length > 0) return hours.length === 24;
  return frequency === 'MINUTELY' || frequency === 'SECONDLY' || (frequency === 'HOURLY' && interval === 1);
}

type Next = (after: WallTime) => WallTime | null;

function lastTime({ count, untilWall }: RecurrenceRule, start: WallTime, next: Next): WallTime {
  if (count === null) return untilWall ?? Number.POSITIVE_INFINITY;
  let last = start - 1;
  for (let counted = 0; counted < count; counted += 1) {
    const found = next(last);
    if (found === null) return last;
    last = found;
  }
  return last;
}

/** The periods of a rule of days or longer, by their number since the rule's first. */
type Periods = Readonly<{
  /** The number of the period that a day lies in; a fraction is cut off. */
  numberOf(dayNumber: number): number;
  /** First day, and the first day behind. */
  daysOf(number: number): readonly [from: number, to: number];
}>;

function periodsOf({ frequency, interval, weekStart }: RecurrenceRule, startDay: number): Periods {
  const first = civilOf(startDay);
  switch (frequency) {
    case 'YEARLY':
      return {
        numberOf: (day) => (civilOf(day).year - first.year) / interval,
        daysOf: (number) => {
          const year = first.year + number * interval;
          return [dayNumberOf(year, 1, 1), dayNumberOf(year + 1, 1, 1)];
        },
      };
    case 'MONTHLY':
      return {
        numberOf: (day) => {
          const { year, month } = civilOf(day);
          return ((year - first.year) * 12 + month - first.month) / interval;
        },
        daysOf: (number) => {
          const month = first.month + number * interval;
          return [dayNumberOf(first.year, month, 1), dayNumberOf(first.year, month + 1, 1)];
        },
      };
    default: {
      const length = frequency === 'WEEKLY' ? 7 : 1;
      const from = frequency === 'WEEKLY' ? startDay - ((weekdayOf(startDay) - weekStart + 7) % 7) : startDay;
      return {
        numberOf: (day) => Math.floor((day - from) / length) / interval,
        daysOf: (number) => [from + number * length * interval, from + number * length * interval + length],
      };
    }
  }
}

function coarseTimes(rule: RecurrenceRule, start: WallTime): Next {
  const startDay = Math.floor(start / dayMs);
  const isDay = dayFilter(rule, startDay);
  const times = timesOfDay(rule, start);
  const periods = periodsOf(rule, startDay);
  const { positions } = rule;

  const candidates = (number: number): readonly WallTime[] => {
    const [from, to] = periods.daysOf(number);
    const days: number[] = [];
    for (let day = from; day < to; day += 1) if (isDay(day)) days.push(day);
    if (positions.length === 0) return days.flatMap((day) => times.map((time) => day * dayMs + time));
    const total = days.length * times.length;
    const chosen = positions.map((position) => (position > 0 ? position - 1 : total + position));
    return [...new Set(chosen.filter((index) => index >= 0 && index < total))]
      .sort((left, right) => left - right)
      .map((index) => (days[Math.floor(index / times.length)] ?? 0) * dayMs + (times[index % times.length] ?? 0));
  };

  return (after) => {
    const today = Math.floor(after / dayMs);
    const first = Math.max(0, Math.floor(periods.numberOf(today)));
    for (let number = first; number < first + maxPeriods; number += 1) {
      if (number > first + 1 && periods.daysOf(number)[0] > Math.max(today, startDay) + horizonDays) return null;
      const found = candidates(number).find((time) => time > after);
      if (found !== undefined) return found;
    }
    return null;
  };
}

/** Milliseconds since midnight, ascending; what the rule leaves open is as in its start. */
function timesOfDay({ hours, minutes, seconds }: RecurrenceRule, start: WallTime): readonly number[] {
  const at = Math.floor((start - Math.floor(start / dayMs) * dayMs) / 1_000);
  const given = (list: readonly number[], value: number) => (list.length === 0 ? [value] : list);
  return given(hours, Math.floor(at / 3_600)).flatMap((hour) =>
    given(minutes, Math.floor(at / 60) % 60).flatMap((minute) =>
      given(seconds, at % 60).map((second) => (hour * 3_600 + minute * 60 + second) * 1_000),
    ),
  );
}

const unitMs = { HOURLY: 3_600_000, MINUTELY: 60_000, SECONDLY: 1_000 } as const;

function fineTimes(rule: RecurrenceRule, start: WallTime): Next {
  const unit = unitMs[rule.frequency as keyof typeof unitMs];
  const stride = unit * rule.interval;
  const begin = Math.floor(start / unit) * unit;
  const isDay = dayFilter(rule, Math.floor(start / dayMs));
  const { hours, minutes, seconds } = rule;
  const second = Math.floor(start / 1_000) % 60;
  const minute = Math.floor(start / 60_000) % 60;
  const lets = (list: readonly number[], value: number) => list.length === 0 || list.includes(value);

  /** The rule's first period that begins at a wall time or later. */
  const aligned = (from: WallTime): WallTime => begin + Math.max(0, Math.ceil((from - begin) / stride)) * stride;

  /** Where to go on from a period that is not let in; null: it is let in. */
  const skip = (period: WallTime): WallTime | null => {
    const day = Math.floor(period / dayMs);
    if (!isDay(day)) return (day + 1) * dayMs;
    if (!lets(hours, Math.floor(period / 3_600_000) % 24)) return (Math.floor(period / 3_600_000) + 1) * 3_600_000;
    if (unit === 3_600_000) return null;
    if (!lets(minutes, Math.floor(period / 60_000) % 60)) return (Math.floor(period / 60_000) + 1) * 60_000;
    return unit === 1_000 && !lets(seconds, Math.floor(period / 1_000) % 60) ? period + 1_000 : null;
  };

  const candidates = (period: WallTime): readonly WallTime[] => {
    if (unit === 1_000) return [period];
    const ms = (seconds.length === 0 ? [second] : seconds).map((one) => one * 1_000);
    if (unit === 60_000) return ms.map((one) => period + one);
    const whole = (minutes.length === 0 ? [minute] : minutes).map((one) => one * 60_000);
    return whole.flatMap((one) => ms.map((rest) => period + one + rest));
  };

  const chosen = (all: readonly WallTime[]): readonly WallTime[] => {
    if (rule.positions.length === 0) return all;
    return all.filter((_, index) => rule.positions.includes(index + 1) || rule.positions.includes(index - all.length));
  };

  return (after) => {
    let period = aligned(Math.floor(after / unit) * unit);
    for (let looked = 0; looked < maxPeriods; looked += 1) {
      const further = skip(period);
      if (further === null) {
        const found = chosen(candidates(period)).find((time) => time > after);
        if (found !== undefined) return found;
      }
      period = aligned(further ?? period + unit);
    }
    return null;
  };
}
