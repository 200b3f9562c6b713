import { describe, expect, test } from 'vitest';
import { durationText, relativeText, spanText } from './times.ts';

describe('times', () => {
  test.each([
    [0, '0 ms'],
    [999, '999 ms'],
    [1_000, '1.0 s'],
    [59_999, '59.9 s'],
    [65_000, '1 min 05 s'],
    [3_600_000, '1 h 00 min'],
    [90_000_000, '1 d 01 h'],
  ])('%d ms is %s', (ms, text) => {
    expect(durationText(ms)).toBe(text);
  });

  test.each([
    [90 * 86_400_000, '90 d'],
    [36 * 3_600_000, '1 d 12 h'],
    [600_000, '10 min'],
  ])('a span of %d ms that somebody set is %s', (ms, text) => {
    expect(spanText(ms)).toBe(text);
  });

  test.each([
    [-1_000, 'just now'],
    [-12_000, '12 s ago'],
    [-90_000, '1 min ago'],
    [-7_200_000, '2 h ago'],
    [180_000, 'in 3 min'],
    [-3 * 86_400_000, '3 d ago'],
    [-20 * 86_400_000, '6 Nov'],
    [-400 * 86_400_000, '22 Oct 2025'],
  ])('%d ms from now is %s', (distance, text) => {
    const now = new Date(2026, 10, 26, 12).getTime();
    expect(relativeText(now + distance, now)).toBe(text);
  });
});
