// One field of a cron expression: a list of values, ranges and steps, and what only days know (`L`, `W`, `#`).

export type CronFieldName = 'second' | 'minute' | 'hour' | 'day' | 'month' | 'weekday';

type FieldRule = Readonly<{ least: number; most: number; names: readonly string[] }>;

const months = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];
const weekdays = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];

/** `names[0]` stands for `least`. Of weekdays, 7 is Sunday too. */
const rules: Readonly<Record<CronFieldName, FieldRule>> = {
  second: { least: 0, most: 59, names: [] },
  minute: { least: 0, most: 59, names: [] },
  hour: { least: 0, most: 23, names: [] },
  day: { least: 1, most: 31, names: [] },
  month: { least: 1, most: 12, names: months },
  weekday: { least: 0, most: 7, names: weekdays },
};

export type CronField = Readonly<{
  values: ReadonlySet<number>;
  /** Whether it holds every value that there is. */
  every: boolean;
  /** Days before the last of the month: `L` is 0, `L-2` is 2. */
  fromLast: readonly number[];
  /** The weekday nearest to this day of the month: `15W`. `LW` is `last`. */
  nearest: readonly (number | 'last')[];
  /** The nth such weekday of the month: `MON#2`; `FRI#L` and `5L` are the last. */
  nth: readonly Readonly<{ weekday: number; nth: number | 'last' }>[];
}>;

/** Reads one field; a text is what is wrong with it, as a sentence. */
export function parseCronField(text: string, name: CronFieldName): CronField | string {
  const rule = rules[name];
  const values = new Set<number>();
  const [fromLast, nearest, nth]: [number[], (number | 'last')[], { weekday: number; nth: number | 'last' }[]] = [
    [],
    [],
    [],
  ];
  for (const part of text.toUpperCase().split(',')) {
    if (part === '') return `the ${name} \`${text}\` has an empty part.`;
    const special = name === 'day' ? monthEnd(part) : name === 'weekday' ? nthWeekday(part, rule) : null;
    if (typeof special === 'string') return special;
    if (special !== null) {
      if ('fromLast' in special) fromLast.push(special.fromLast);
      else if ('nearest' in special) nearest.push(special.nearest);
      else nth.push(special);
      continue;
    }
    const range = parseRange(part, name, rule);
    if (typeof range === 'string') return range;
    for (const value of range) values.add(name === 'weekday' ? value % 7 : value);
  }
  return { values, every: values.size === sizeOf(name, rule), fromLast, nearest, nth };
}

const sizeOf = (name: CronFieldName, { least, most }: FieldRule): number => (name === 'weekday' ? 7 : most - least + 1);

function parseRange(part: string, name: CronFieldName, rule: FieldRule): readonly number[] | string {
  const [range = '', step, more] = part.split('/');
  if (more !== undefined) return `the ${name} \`${part}\` has two steps.`;
  const stride = step === undefined ? 1 : /^\d{1,4}$/.test(step) ? Number(step) : 0;
  const size = sizeOf(name, rule);
  if (stride < 1 || stride > size)
    return `the step of the ${name} \`${part}\` must be a whole number from 1 to ${size}.`;
  const [from, to] = bounds(range, step !== undefined, name, rule);
  if (typeof from === 'string') return from;
  if (typeof to !== 'number') return to ?? outOfRange(range, name, rule);
  if (from > to) return `the ${name} range \`${range}\` runs backwards.`;
  const values: number[] = [];
  for (let value = from; value <= to; value += stride) values.push(value);
  return values;
}

/** Where a range begins and ends. A single value with a step runs to the field's end. */
function bounds(
  range: string,
  stepped: boolean,
  name: CronFieldName,
  rule: FieldRule,
): readonly [number | string, (number | string)?] {
  const most = name === 'weekday' ? 6 : rule.most;
  if (range === '*' || (range === '?' && (name === 'day' || name === 'weekday'))) return [rule.least, most];
  const [first = '', last, more] = range.split('-');
  const from = readValue(first, rule);
  if (from === null || more !== undefined) return [outOfRange(range, name, rule)];
  if (last === undefined) return [from, stepped ? most : from];
  const to = readValue(last, rule);
  if (to === null) return [outOfRange(range, name, rule)];
  // A week may be thought to end on Sunday: `FRI-SUN`.
  return [from, name === 'weekday' && to === 0 && from > 0 ? 7 : to];
}

function outOfRange(written: string, name: CronFieldName, { least, most, names }: FieldRule): string {
  const [first] = names;
  const named = first === undefined ? '' : `, or ${first} to ${names.at(-1)}`;
  return `the ${name} \`${written}\` must be ${least} to ${most}${named}.`;
}

function readValue(text: string, { least, most, names }: FieldRule): number | null {
  const named = names.indexOf(text);
  if (named >= 0) return named + least;
  const value = /^\d{1,4}$/.test(text) ? Number(text) : Number.NaN;
  return value >= least && value <= most ? value : null;
}

type MonthEnd = Readonly<{ fromLast: number } | { nearest: number | 'last' }>;

function monthEnd(part: string): MonthEnd | string | null {
  if (part === 'L') return { fromLast: 0 };
  if (part === 'LW' || part === 'WL') return { nearest: 'last' };
  const before = /^L-(\d{1,3})$/.exec(part)?.[1];
  if (before !== undefined) {
    return Number(before) <= 30 ? { fromLast: Number(before) } : `the day \`${part}\` is before every month's first.`;
  }
  const near = /^(\d{1,3})W$/.exec(part)?.[1];
  if (near === undefined) return null;
  const day = Number(near);
  return day >= 1 && day <= 31 ? { nearest: day } : `the day of \`${part}\` must be 1 to 31.`;
}

function nthWeekday(part: string, rule: FieldRule): { weekday: number; nth: number | 'last' } | string | null {
  const [, written = '', nth] = /^(.+?)(?:#(.+)|L)$/.exec(part) ?? [];
  if (written === '') return part === 'L' ? 'the weekday `L` needs a day: `FRI#L` is the last Friday.' : null;
  const weekday = readValue(written, rule);
  if (weekday === null) return outOfRange(written, 'weekday', rule);
  if (nth === undefined || nth === 'L') return { weekday: weekday % 7, nth: 'last' };
  if (!/^[1-5]$/.test(nth)) return `\`${part}\`: a month has the 1st to the 5th of a weekday, or \`L\`, the last.`;
  return { weekday: weekday % 7, nth: Number(nth) };
}
