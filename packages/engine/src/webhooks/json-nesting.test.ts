import { expect, test } from 'vitest';
import { isNestedTooDeep, maxNesting } from './json-nesting.ts';

const nested = (depth: number, inner = '1') => '['.repeat(depth) + inner + ']'.repeat(depth);

test.each<[string, string, boolean]>([
  ['as deep as may be', nested(maxNesting), false],
  ['a level deeper', nested(maxNesting + 1), true],
  ['objects', '{"a":'.repeat(maxNesting + 1), true],
  ['side by side', `[${'[],'.repeat(1_000)}[]]`, false],
  ['brackets in strings', JSON.stringify('['.repeat(1_000)), false],
  ['brackets in strings with quotes', JSON.stringify(`"\\"${'['.repeat(1_000)}`), false],
  ['brackets after a string that ends in a backslash', `["\\\\",${nested(maxNesting)}]`, true],
  ['a string that never ends', `"${'['.repeat(1_000)}`, false],
])('%s', (_, text, expected) => {
  expect(isNestedTooDeep(text)).toBe(expected);
});
