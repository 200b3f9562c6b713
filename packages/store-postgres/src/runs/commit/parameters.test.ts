import fc from 'fast-check';
import { expect, it } from 'vitest';
import { chooseSeparators, documents, join, numbers, texts } from './parameters.ts';

it('JSON text is joined with control characters, which it cannot hold', () => {
  const parameters = { a: documents(['{"x":"\\u001f"}', null]), b: documents(['1']), c: 5 };
  const separators = chooseSeparators(parameters);
  expect(separators).toEqual({ separator: '\x1f', absent: '\x1e' });
  expect(join(parameters.a, separators)).toBe('{"x":"\\u001f"}\x1f\x1e');
});

it('separators never occur in the texts, so splitting gives the texts back', () => {
  const text = fc.string({ unit: fc.constantFrom('\x1f', '\x1e', '0', '1', 'a'), minLength: 1, maxLength: 6 });
  fc.assert(
    fc.property(fc.array(fc.option(text), { minLength: 1, maxLength: 8 }), (values) => {
      const parameters = { column: documents(values) };
      const separators = chooseSeparators(parameters);
      const parts = join(parameters.column, separators).split(separators.separator);
      expect(parts.map((part) => (part === separators.absent ? null : part))).toEqual(values);
    }),
  );
});

it('arrays are written as PostgreSQL reads them', () => {
  expect(numbers([])).toBe('{}');
  expect(numbers([1, null, '-9223372036854775808', true])).toBe('{1,null,-9223372036854775808,true}');
  expect(texts(['plain-1', null, 'null', 'NULL', '', 'a,"b"\\{}', 'ä'])).toBe(
    '{plain-1,null,"null","NULL","","a,\\"b\\"\\\\{}","ä"}',
  );
});
