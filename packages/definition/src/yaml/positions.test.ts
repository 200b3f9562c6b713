import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseDocument, type Scalar } from 'yaml';
import { createOrigin } from './origin.ts';
import { parseFile } from './parse-file.ts';
import { placeInText, type ScalarNode, textsIn } from './source-node.ts';

/** The value of the only text in a file, and where a part of it stands: `line:column`. */
function find(text: string, part: string): string {
  const node = only(text);
  const index = String(node.value).indexOf(part);
  const { line, column } = placeInText(node, index);
  return `${line}:${column}`;
}

function only(text: string): ScalarNode {
  const { root } = parseFile(createOrigin('x.yaml', text), (problem) => {
    throw new Error(problem.message);
  });
  const [found] = root === null ? [] : [...textsIn(root)];
  if (found === undefined) throw new Error('No text.');
  return found[0];
}

describe('the place of a part of a text', () => {
  it.each([
    ['plain', 'a: one two\n', 'two', '1:8'],
    ['plain over lines', 'a: one\n  two\n\n  three\n', 'three', '4:3'],
    ['single quotes', "a: 'it''s me'\n", 'me', '1:11'],
    ['double quotes', 'a: "one two"\n', 'two', '1:9'],
    ['escapes before it', 'a: "\\t\\u00e4\\x41 two"\n', 'two', '1:18'],
    ['an escaped line break', 'a: "one \\\n   two"\n', 'two', '2:4'],
    ['quotes over lines', 'a: "one\n\n   two"\n', 'two', '3:4'],
    ['a literal block', 'a: |\n  one\n    two\n', 'two', '3:5'],
    ['a literal block with an indicator', 'a: |2-\n    one\n  two\n', 'one', '2:5'],
    ['a folded block', 'a: >\n  one\n  two\n\n  three\n', 'three', '5:3'],
    ['a folded block with more indented lines', 'a: >-\n  one\n    two\n  three\n', 'three', '4:3'],
    ['a block with leading empty lines', 'a: |\n\n\n  one\n', 'one', '4:3'],
    ['Windows line ends', 'a: |\r\n  one\r\n  two\r\n', 'two', '3:3'],
    ['a flow map', 'a: { b: [ "x y" ] }\n', 'y', '1:14'],
    ['a header with a comment', 'a: | # why\n  one\n', 'one', '2:3'],
    ['a list', '- |\n  one\n', 'one', '2:3'],
  ])('is exact in %s', (_, text, part, place) => {
    expect(find(text, part)).toBe(place);
  });

  const word = fc.stringMatching(/^[a-z{}.]{1,6}$/);
  const line = fc.array(word, { maxLength: 4 }).map((words) => words.join(' '));
  const indented = fc.tuple(fc.constantFrom('', '', '  ', '\t'), line).map((parts) => parts.join(''));
  const lines = fc.array(fc.oneof(indented, fc.constant('')), { minLength: 1, maxLength: 6 });
  const styles = fc.constantFrom('|', '>', '|-', '>-', '|+', '>+', '|2', '>2', '"', "'");

  it('leads, for every character of blocks and quotes, to that character or to the fold that made it', () => {
    fc.assert(
      fc.property(lines, styles, fc.constantFrom('\n', '\r\n'), (content, style, end) => {
        const quoted = style === '"' || style === "'";
        const body = content.map((one) => `  ${one}`).join(end);
        const text = quoted ? `a: ${style}${body}${style}${end}` : `a: ${style}${end}${body}${end}`;
        const document = parseDocument(text, { strict: true });
        if (document.errors.length > 0) return;
        const value = (document.get('a', true) as Scalar | undefined)?.value;
        if (typeof value !== 'string' || value === '') return;
        const node = only(text);
        expect(node.value).toBe(value);
        for (const [index, unit] of value.split('').entries()) {
          if (unit === ' ' || unit === '\n') continue;
          expect(text[node.offsetOf(index)], `${JSON.stringify(text)} at ${index}`).toBe(unit);
        }
      }),
      { numRuns: 2000 },
    );
  });
});
