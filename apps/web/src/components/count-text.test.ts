import { expect, test } from 'vitest';
import { countText } from './count-text.ts';

test('one is one, and all else is several', () => {
  expect([0, 1, 2, 1_000].map((count) => countText(count, 'line'))).toEqual([
    '0 lines',
    '1 line',
    '2 lines',
    '1,000 lines',
  ]);
  expect(countText(2, 'run is', 'runs are')).toBe('2 runs are');
});
