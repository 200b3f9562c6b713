import fc from 'fast-check';
import { expect, test } from 'vitest';
import { diffLines } from './diff-lines.ts';

const shown = (before: string, after: string) =>
  diffLines(before, after).map(({ kind, text }) => `${{ same: ' ', removed: '-', added: '+' }[kind]}${text}`);

test('what stays is told from what goes and what comes', () => {
  expect(shown('a\nb\nc', 'a\nB\nc\nd')).toEqual([' a', '-b', '+B', ' c', '+d']);
  expect(shown('a', 'a')).toEqual([' a']);
  expect(shown('x\na\nb', 'a\nb\ny')).toEqual(['-x', ' a', ' b', '+y']);
});

test('either text can be read back from the difference, with its line numbers, and equal lines are never touched in vain', () => {
  const text = fc.array(fc.constantFrom('a', 'b', 'c', ''), { maxLength: 12 }).map((lines) => lines.join('\n'));
  fc.assert(
    fc.property(text, text, (before, after) => {
      const lines = diffLines(before, after);
      const side = (which: 'before' | 'after') => lines.filter((line) => line[which] !== null);
      expect(side('before').map((line) => line.text)).toEqual(before.split('\n'));
      expect(side('after').map((line) => line.text)).toEqual(after.split('\n'));
      expect(side('before').map((line) => line.before)).toEqual(before.split('\n').map((_, index) => index + 1));
      expect(side('after').map((line) => line.after)).toEqual(after.split('\n').map((_, index) => index + 1));
      if (before === after) expect(lines.every(({ kind }) => kind === 'same')).toBe(true);
    }),
  );
});
