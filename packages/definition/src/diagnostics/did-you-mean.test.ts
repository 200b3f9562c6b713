import { editDistance } from '@millrace/expression';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { closest, didYouMean } from './did-you-mean.ts';

describe('a suggestion', () => {
  it.each([
    ['shel', ['shell', 'script'], 'shell'],
    ['dependson', ['depends_on', 'description'], 'depends_on'],
    ['depends-on', ['depends_on'], 'depends_on'],
    ['biuld', ['build', 'bind'], 'build'],
    ['Timeout', ['timeout'], 'timeout'],
    ['xyz', ['build', 'deploy'], undefined],
    ['x', ['s', 'y'], undefined],
  ])('for %j among %j is %j', (word, known, found) => expect(closest(word, known)).toBe(found));

  it('is the list of all names when none is close and they are few', () => {
    expect(didYouMean('zzz', ['a', 'b'], 'Steps')).toBe('Steps: `a`, `b`.');
    expect(didYouMean('zzz', [], 'Steps')).toBeNull();
    expect(
      didYouMean(
        'zzz',
        Array.from({ length: 30 }, (_, index) => `s${index}`),
        'Steps',
      ),
    ).toBeNull();
  });
});

describe('the distance of two words', () => {
  it('is symmetric, zero only between equals, and one for a swap of neighbours', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 8 }), fc.string({ maxLength: 8 }), (a, b) => {
        expect(editDistance(a, b)).toBe(editDistance(b, a));
        expect(editDistance(a, b) === 0).toBe(a === b);
        expect(editDistance(a, b)).toBeLessThanOrEqual(Math.max(a.length, b.length));
      }),
    );
    expect(editDistance('ab', 'ba')).toBe(1);
  });
});
