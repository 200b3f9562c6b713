import { Cron } from 'croner';
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { parseCron } from './cron.ts';
import type { WallPattern } from './wall-pattern.ts';

const at = (text: string): number => Date.parse(`${text}Z`);
const show = (wall: number | null): string | null => (wall === null ? null : new Date(wall).toISOString().slice(0, 19));

function patternOf(text: string): WallPattern {
  const parsed = parseCron(text);
  if ('problem' in parsed) throw new Error(parsed.problem);
  return parsed.pattern;
}

function following(text: string, after: string, count: number): readonly (string | null)[] {
  const pattern = patternOf(text);
  const found: (string | null)[] = [];
  let wall: number | null = at(after);
  for (let index = 0; index < count && wall !== null; index += 1) {
    wall = pattern.next(wall);
    found.push(show(wall));
  }
  return found;
}

describe('a cron expression', () => {
  test.each([
    ['* * * * *', '2026-01-31T23:58:30', ['2026-01-31T23:59:00', '2026-02-01T00:00:00']],
    ['*/20 * * * * *', '2026-01-01T00:00:00', ['2026-01-01T00:00:20', '2026-01-01T00:00:40', '2026-01-01T00:01:00']],
    ['30 2 * * *', '2026-01-01T02:30:00', ['2026-01-02T02:30:00']],
    [
      '0 9-17/4 * * MON-FRI',
      '2026-01-02T12:00:00',
      ['2026-01-02T13:00:00', '2026-01-02T17:00:00', '2026-01-05T09:00:00'],
    ],
    ['5/20 0 * * *', '2026-01-01T00:00:00', ['2026-01-01T00:05:00', '2026-01-01T00:25:00', '2026-01-01T00:45:00']],
    ['0 0 L * *', '2026-01-31T00:00:00', ['2026-02-28T00:00:00', '2026-03-31T00:00:00']],
    ['0 0 L-2 2 *', '2026-01-01T00:00:00', ['2026-02-26T00:00:00', '2027-02-26T00:00:00', '2028-02-27T00:00:00']],
    ['0 0 LW * *', '2026-01-01T00:00:00', ['2026-01-30T00:00:00', '2026-02-27T00:00:00', '2026-03-31T00:00:00']],
    ['0 0 1W * *', '2026-01-15T00:00:00', ['2026-02-02T00:00:00', '2026-03-02T00:00:00', '2026-04-01T00:00:00']],
    ['0 0 15W 8,11 ?', '2026-01-01T00:00:00', ['2026-08-14T00:00:00', '2026-11-16T00:00:00']],
    ['0 0 * * 1#1', '2026-01-01T00:00:00', ['2026-01-05T00:00:00', '2026-02-02T00:00:00']],
    ['0 0 * * FRI#L', '2026-01-01T00:00:00', ['2026-01-30T00:00:00', '2026-02-27T00:00:00']],
    ['0 0 * * 5L,SUN#2', '2026-01-01T00:00:00', ['2026-01-11T00:00:00', '2026-01-30T00:00:00']],
    [
      '0 0 * * FRI-SUN',
      '2026-01-01T00:00:00',
      ['2026-01-02T00:00:00', '2026-01-03T00:00:00', '2026-01-04T00:00:00', '2026-01-09T00:00:00'],
    ],
    ['0 0 13 * FRI', '2026-02-12T00:00:00', ['2026-02-13T00:00:00', '2026-02-20T00:00:00']],
    ['0 0 29 FEB *', '2026-01-01T00:00:00', ['2028-02-29T00:00:00', '2032-02-29T00:00:00']],
    ['0 0 29 2 *', '2096-03-01T00:00:00', ['2104-02-29T00:00:00']],
    ['0 0 30 2 *', '2026-01-01T00:00:00', [null]],
    ['0 0 * * 7', '2026-01-01T00:00:00', ['2026-01-04T00:00:00']],
  ])('%s after %s', (text, after, expected) => {
    expect(following(text, after, expected.length)).toEqual(expected);
  });

  test.each([
    ['* * * *', 'it must have 5 or 6 fields; `* * * *` has 4.'],
    ['', 'it must have 5 or 6 fields; `` has 0.'],
    ['61 * * * *', 'the minute `61` must be 0 to 59.'],
    ['* 24 * * *', 'the hour `24` must be 0 to 23.'],
    ['* * 0 * *', 'the day `0` must be 1 to 31.'],
    ['* * * JANUARY *', 'the month `JANUARY` must be 1 to 12, or JAN to DEC.'],
    ['* * * * MOON', 'the weekday `MOON` must be 0 to 7, or SUN to SAT.'],
    ['* * * * MON#6', '`MON#6`: a month has the 1st to the 5th of a weekday, or `L`, the last.'],
    ['* * * * L', 'the weekday `L` needs a day: `FRI#L` is the last Friday.'],
    ['*/0 * * * *', 'the step of the minute `*/0` must be a whole number from 1 to 60.'],
    ['*/x * * * *', 'the step of the minute `*/X` must be a whole number from 1 to 60.'],
    ['* * * * */8', 'the step of the weekday `*/8` must be a whole number from 1 to 7.'],
    ['1/2/3 * * * *', 'the minute `1/2/3` has two steps.'],
    ['5-1 * * * *', 'the minute range `5-1` runs backwards.'],
    ['1-70 * * * *', 'the minute `1-70` must be 0 to 59.'],
    ['1,,2 * * * *', 'the minute `1,,2` has an empty part.'],
    ['* * L-31 * *', "the day `L-31` is before every month's first."],
    ['* * 32W * *', 'the day of `32W` must be 1 to 31.'],
    ['- * * * *', 'the minute `-` must be 0 to 59.'],
  ])('%s is refused', (text, problem) => {
    expect(parseCron(text)).toEqual({ problem });
  });

  it('that holds every hour, however it is written, is one of every hour', () => {
    expect(
      ['0 * * * *', '0 */1 * * *', '0 0-23 * * *', '0 12-23,0-11 * * *'].map((text) => patternOf(text).everyHour),
    ).toEqual([true, true, true, true]);
    expect(['0 */2 * * *', '0 0 * * *', '* 1-23 * * *'].map((text) => patternOf(text).everyHour)).toEqual([
      false,
      false,
      false,
    ]);
  });
});

/** A whole range is written `*`: of days, `1-31` restricts in croner and does not with us, where the meaning decides. */
const list = (least: number, most: number) =>
  fc.oneof(
    { weight: 2, arbitrary: fc.constant('*') },
    fc.integer({ min: 2, max: Math.min(15, most - least) }).map((step) => `*/${step}`),
    fc.array(fc.integer({ min: least, max: most }), { minLength: 1, maxLength: 3 }).map((values) => values.join(',')),
    fc
      .tuple(fc.integer({ min: least, max: most }), fc.integer({ min: least, max: most }))
      .map(([a, b]) => (Math.abs(a - b) === most - least ? '*' : `${Math.min(a, b)}-${Math.max(a, b)}`)),
  );
const days = fc.oneof(list(1, 31), fc.constantFrom('L', '1W', '15W', 'L,10'));
const weekdays = fc.oneof(list(0, 6), fc.constantFrom('MON-FRI', '1#2', '5#L', 'SAT,SUN'));

test('random expressions give the times that croner gives (in UTC)', () => {
  const texts = fc
    .tuple(list(0, 59), list(0, 59), list(0, 23), days, list(1, 12), weekdays)
    .map((fields) => fields.join(' '));
  fc.assert(
    fc.property(texts, fc.integer({ min: 0, max: 20_000_000 }), (text, minutes) => {
      const start = at('2020-01-01T00:00:00') + minutes * 60_000;
      const oracle = new Cron(text, { timezone: 'UTC', paused: true, mode: '6-part' });
      const pattern = patternOf(text);
      let wall: number | null = start;
      let date: Date | null = new Date(start);
      for (let index = 0; index < 5 && wall !== null && date !== null; index += 1) {
        wall = pattern.next(wall);
        date = oracle.nextRun(date);
        expect(show(wall)).toBe(show(date?.getTime() ?? null));
      }
    }),
    { numRuns: 300 },
  );
});
