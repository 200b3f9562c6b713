import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { evaluate, type Json, parseExpression } from '../index.ts';

function apply(source: string, v: Json): Json {
  return evaluate(parseExpression(source), { names: { v }, now: 0 });
}

const anyText = fc.oneof(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'binary' }), fc.lorem());
const longText = fc.tuple(fc.string({ unit: 'grapheme-ascii', minLength: 50, maxLength: 200 })).map(([text]) => text);

describe('against other implementations', () => {
  test('sha256', () => {
    fc.assert(
      fc.property(fc.oneof(anyText, longText), (text) => {
        expect(apply('sha256(v)', text)).toBe(createHash('sha256').update(text, 'utf8').digest('hex'));
      }),
    );
  });

  test('base64 and back', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const encoded = apply('base64(v)', text);
        expect(encoded).toBe(Buffer.from(text, 'utf8').toString('base64'));
        expect(apply('from_base64(v)', encoded)).toBe(text);
        expect(apply('from_base64(v)', Buffer.from(text, 'utf8').toString('base64url'))).toBe(text);
      }),
    );
  });

  test('url_encode is read back by decodeURIComponent and by URLSearchParams', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(decodeURIComponent(String(apply('url_encode(v)', text)))).toBe(text);
        expect(new URLSearchParams(String(apply('url_encode({k: v})', text))).get('k')).toBe(text);
      }),
    );
  });
});

describe('yaml()', () => {
  const awkward = fc.constantFrom(
    ...[
      '',
      ' ',
      'a ',
      ' a',
      'a: b',
      '- a',
      '# a',
      'a #b',
      '1',
      '1.0',
      '0x1',
      '1e3',
      'null',
      'Null',
      '~',
      'yes',
      'No',
      'on',
    ],
    ...[
      'true',
      '=',
      '!t',
      '&a',
      '*a',
      '%a',
      '@a',
      '`a',
      '"',
      "'",
      '|',
      '>',
      '[',
      '{',
      ',',
      '?',
      '? a',
      ':',
      '-',
      '--',
      '---',
    ],
    ...[
      '2026-01-31',
      '12:30',
      '0o7',
      '.5',
      '.inf',
      'a\nb',
      'a\n',
      '\na',
      'a\n\n',
      'a\n b',
      ' a\nb',
      'a \nb',
      'a\n\tb',
      'a\r\nb',
    ],
    ...[
      '...',
      '<<',
      'é',
      '😀',
      '\u0085',
      '\u2028',
      '\ufeff',
      '\u0000',
      '\t',
      'a\tb',
      '#a\nb',
      '- a\nb',
      '%a\nb',
      '---\nb',
      'a\n---\nb',
    ],
    ...['a:\nb', 'key: |\n x', '\u00a0a', 'a\u00a0', 'a\u3000\nb'],
  );
  const texts = fc.oneof(awkward, anyText);
  const { value } = fc.letrec<{ value: Json }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 4 },
      texts,
      fc.oneof(fc.integer(), fc.constantFrom(1.5, 1e21, 1e-7, -0.25)),
      fc.constantFrom(null, true, false),
      fc.array(tie('value'), { maxLength: 3 }),
      fc.dictionary(
        texts.filter((key) => !['__proto__', 'constructor', 'prototype'].includes(key)),
        tie('value'),
        { maxKeys: 3, noNullPrototype: true },
      ),
    ),
  }));

  test.each(['core', 'yaml-1.1'] as const)('is read back by a parser of schema %s', (schema) => {
    fc.assert(
      fc.property(value, (v) => {
        const text = String(apply('yaml(v)', v));
        expect(parse(text, { schema, version: schema === 'core' ? '1.2' : '1.1' }), text).toEqual(v);
      }),
      { numRuns: 3_000 },
    );
  });

  test.each<readonly [Json, string]>([
    [{ name: 'x', list: [] }, 'name: x\nlist: []\n'],
    [{ text: 'a\nb\n' }, 'text: |\n  a\n  b\n'],
    [{ text: 'a\nb' }, 'text: |-\n  a\n  b\n'],
    [[{ a: 1, b: 2 }, 3], '- a: 1\n  b: 2\n- 3\n'],
    ['a\nb', '|-\n  a\n  b\n'],
    [{ 'a b': 'c: d' }, '"a b": "c: d"\n'],
  ])('writes %j as people do', (v, text) => expect(apply('yaml(v)', v)).toBe(text));
});
