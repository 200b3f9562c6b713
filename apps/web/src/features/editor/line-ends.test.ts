import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { shownText, withLineEnds } from './line-ends.ts';

const texts = fc
  .array(fc.tuple(fc.constantFrom('a: 1', 'b: 2', '', '\tc', '# x '), fc.constantFrom('\n', '\r\n', '\r')), {
    maxLength: 12,
  })
  .map((lines) => lines.map((line) => line.join('')).join(''));

describe('a text that was edited', () => {
  test('and is as it was is saved byte by byte', () => {
    fc.assert(
      fc.property(fc.boolean(), texts, fc.constantFrom('', 'last'), (marked, lines, last) => {
        const original = `${marked ? '\ufeff' : ''}${lines}${last}`;
        expect(withLineEnds(original, shownText(original))).toBe(original);
      }),
      { numRuns: 1_000 },
    );
  });

  test('shows what it will show when it is read again', () => {
    fc.assert(
      fc.property(texts, texts, (original, other) => {
        const edited = shownText(other);
        expect(shownText(withLineEnds(original, edited))).toBe(edited);
      }),
      { numRuns: 1_000 },
    );
  });

  test.each([
    ['a: 1\r\nb: 2\r\n', 'a: 1\nx: 9\nb: 2\n', 'a: 1\r\nx: 9\r\nb: 2\r\n'],
    ['\ufeffa: 1\nb: 2', 'a: 1\nb: 3', '\ufeffa: 1\nb: 3'],
    ['a: 1\r\nb: 2\nc: 3\r\n', 'a: 1\nb: 2\nc: 4\n', 'a: 1\r\nb: 2\nc: 4\r\n'],
    ['a: 1\r\nb: 2', 'a: 1\nb: 2\nc: 3', 'a: 1\r\nb: 2\r\nc: 3'],
    ['', 'a: 1\nb: 2\n', 'a: 1\nb: 2\n'],
    ['a: 1\nb: 2\r', 'a: 1\nb: 2\n\n', 'a: 1\nb: 2\r\r'],
  ])('%j becomes, as %j, %j', (original, edited, saved) => {
    expect(withLineEnds(original, edited)).toBe(saved);
  });
});
