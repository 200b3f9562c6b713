import fc from 'fast-check';
import { expect, it } from 'vitest';
import { chooseSeparators, documents, join, numbers, texts } from './parameters.ts';

const same = <Value>(value: Value): Value => value;

it('JSON text is joined with control characters, which it cannot hold', () => {
  const parameters = { a: documents(['{"x":"\\u001f"}', null], same), b: documents(['1'], same), c: 5 };
  const separators = chooseSeparators(parameters);
  expect(separators).toEqual({ separator: '\x1f', absent: '\x1e' });
  expect(join(parameters.a, separators)).toBe('{"x":"\\u001f"}\x1f\x1e');
});

it('separators never occur in the texts, so splitting gives the texts back', () => {
  const text = fc.string({ unit: fc.constantFrom('\x1f', '\x1e', '0', '1', 'a'), minLength: 1, maxLength: 6 });
  fc.assert(
    fc.property(
      fc
        .array(fc.option(text), { minLength: 1, maxLength: 8 })
        .filter((values) => values.some((value) => value !== null)),
      (values) => {
        const parameters = { column: documents(values, same) };
        const separators = chooseSeparators(parameters);
        const parts = join(parameters.column, separators).split(separators.separator);
        expect(parts.map((part) => (part === separators.absent ? null : part))).toEqual(values);
      },
    ),
  );
});

it('arrays are written as PostgreSQL reads them', () => {
  expect(numbers([], same)).toBe('{}');
  expect(numbers([1, null, '-9223372036854775808', true], same)).toBe('{1,null,-9223372036854775808,true}');
  expect(texts(['plain-1', null, 'null', 'NULL', '', 'a,"b"\\{}', 'ä'], same)).toBe(
    '{plain-1,null,"null","NULL","","a,\\"b\\"\\\\{}","ä"}',
  );
});

it('a column of nothing but the usual value is empty, since the statement knows that value', () => {
  expect(numbers([0, 0], same, 0)).toBe('{}');
  expect(numbers([0, 1], same, 0)).toBe('{0,1}');
  expect(numbers([null, null], same)).toBe('{}');
  expect(numbers([false, null], same, false)).toBe('{false,null}');
  expect(texts([null, null], same)).toBe('{}');
  const { a, b } = { a: documents([null, null], same), b: documents([null, '1'], same) };
  const separators = chooseSeparators({ a, b });
  expect([join(a, separators), join(b, separators)]).toEqual(['', '\x1e\x1f1']);
});
