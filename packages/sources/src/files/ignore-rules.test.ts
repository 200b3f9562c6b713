import { describe, expect, it } from 'vitest';
import { createIgnoreRules } from './ignore-rules.ts';

describe('ignore rules', () => {
  const cases: readonly [rules: string, path: string, isFolder: boolean, ignored: boolean][] = [
    ['', 'src/a.txt', false, false],
    ['', 'sub/node_modules', true, true],
    ['', '.git', true, true],
    ['', 'sub/.millrace', true, true],
    ['*.log', 'a.log', false, true],
    ['*.log', 'deep/er/a.log', false, true],
    ['*.log', 'a.log.txt', false, false],
    ['/build', 'build', true, true],
    ['/build', 'src/build', true, false],
    ['build/', 'src/build', true, true],
    ['build/', 'src/build', false, false],
    ['src/*.ts', 'src/a.ts', false, true],
    ['src/*.ts', 'src/deep/a.ts', false, false],
    ['src/*.ts', 'other/src/a.ts', false, false],
    ['**/cache', 'cache', true, true],
    ['**/cache', 'a/b/cache', true, true],
    ['a/**/z', 'a/z', false, true],
    ['a/**/z', 'a/b/c/z', false, true],
    ['data/**', 'data/x/y', false, true],
    ['data/**', 'data', true, false],
    ['?.txt', 'a.txt', false, true],
    ['?.txt', 'ab.txt', false, false],
    ['*.log\n!keep.log', 'keep.log', false, false],
    ['*.log\n!keep.log\nkeep.log', 'keep.log', false, true],
    ['# *.log\n\n  ', 'a.log', false, false],
    ['a+(b).txt', 'a+(b).txt', false, true],
    ['\\!odd', '!odd', false, true],
    ['\\#odd', '#odd', false, true],
    ['*.log  ', 'a.log', false, true],
    ['a.c', 'abc', false, false],
    ['my-file.*', 'my-file.txt', false, true],
  ];
  it.each(cases)('%j says of %s (folder: %s): %s', (rules, path, isFolder, ignored) => {
    expect(createIgnoreRules(rules)(path, isFolder)).toBe(ignored);
  });

  it('is quick with a pattern that is made to be slow', () => {
    const rules = createIgnoreRules(`${'*'.repeat(400)}a${'*'.repeat(400)}b`);
    expect(rules('a'.repeat(400), false)).toBe(false);
  });
});
