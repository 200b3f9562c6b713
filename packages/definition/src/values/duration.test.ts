import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatDuration, parseDuration } from './duration.ts';

describe('a duration', () => {
  it.each([
    ['500ms', 500],
    ['30s', 30_000],
    ['5m', 300_000],
    ['2h', 7_200_000],
    ['7d', 604_800_000],
    ['1h30m', 5_400_000],
    ['0s', 0],
    ['1m5ms', 60_005],
  ])('%s is %i milliseconds', (text, ms) => expect(parseDuration(text)).toBe(ms));

  it.each(['', '30', 's', '1.5h', '5 m', '-3s', '30m1h', '1h1h', '5M', '3w', 'P1D', '999999999999d'])(
    '%j is none',
    (text) => expect(parseDuration(text)).toBeNull(),
  );

  it('is read as it was written', () => {
    fc.assert(fc.property(fc.nat({ max: 2 ** 40 }), (ms) => parseDuration(formatDuration(ms)) === ms));
  });
});
