import { describe, expect, test } from 'vitest';
import { firstText, textOfValue, valueOfText } from './field-text.ts';
import { type FormField, fieldsOf, type JsonObject } from './form-field.ts';
import { sortProblems } from './form-problems.ts';

const one = (schema: JsonObject, parameter?: JsonObject): FormField => {
  const [field] =
    fieldsOf({ type: 'object', properties: { x: schema } }, parameter === undefined ? null : { x: parameter }) ?? [];
  if (field === undefined) throw new Error('There is no field.');
  return field;
};

describe('fields', () => {
  test.each([
    [{ type: 'string' }, undefined, 'text'],
    [{ type: 'string' }, { type: 'text' }, 'lines'],
    [{ type: 'string', writeOnly: true }, undefined, 'secret'],
    [{ type: 'string', format: 'date' }, undefined, 'date'],
    [{ type: 'string', format: 'date-time' }, undefined, 'moment'],
    [{ type: 'string', enum: ['a', 'b'] }, undefined, 'choice'],
    [{ type: 'integer' }, undefined, 'integer'],
    [{ type: 'boolean' }, undefined, 'flag'],
    [{ type: 'array', items: { type: 'string' } }, undefined, 'json'],
    [{ type: 'array', items: { enum: ['a'] } }, undefined, 'choices'],
    [{ type: 'object', properties: { a: {} } }, undefined, 'json'],
    [{}, { type: 'slack' }, 'json'],
  ] as const)('%j (%j) is shown as %s', (schema, parameter, kind) => {
    expect(one(schema as unknown as JsonObject, parameter as JsonObject | undefined).kind).toBe(kind);
  });

  test('say which bounds there are, and how a value is written', () => {
    expect(one({ type: 'integer', minimum: 1, maximum: 9 }).hint).toBe('at least 1; at most 9');
    expect(one({ type: 'string', maxLength: 3, pattern: '^v' }).hint).toBe('at most 3 characters; matches ^v');
    expect(one({ type: 'string' }, { type: 'duration' }).hint).toBe('such as 90s, 5m or 1h30m');
    expect(one({ type: 'array', items: { type: 'string' } }).hint).toBe('a JSON array of type string');
  });

  test('come in the order that the parameters ask for; a schema that is no plain object has none', () => {
    const properties = { late: { type: 'string' }, early: { type: 'string' } };
    const parameters = { late: { order: 2 }, early: { order: 1 } };
    const names = (fields: readonly FormField[] | null) => fields?.map(({ name }) => name);
    expect(names(fieldsOf({ type: 'object', properties, required: ['late'] }, parameters))).toEqual(['early', 'late']);
    expect(names(fieldsOf({ type: 'object', properties }, null))).toEqual(['late', 'early']);
    expect(fieldsOf({ oneOf: [{ type: 'object' }] }, null)).toBeNull();
  });
});

describe('the text of a field', () => {
  test.each([
    [{ type: 'string' }, 'a b'],
    [{ type: 'string', format: 'date' }, '2026-11-26'],
    [{ type: 'string', format: 'date-time' }, '2026-11-26T18:02:11.000Z'],
    [{ type: 'integer' }, -5],
    [{ type: 'number' }, 0.25],
    [{ type: 'boolean' }, false],
    [{ enum: ['a', 1, null] }, null],
    [{ type: 'array', items: { enum: ['a', 'b'] } }, ['b']],
    [{ type: 'object' }, { a: [1, { b: 'c' }] }],
  ] as const)('%j: %j comes back as it was', (schema, value) => {
    const field = one(schema as unknown as JsonObject);
    expect(valueOfText(field, textOfValue(field, value as never))).toEqual({ ok: true, value });
  });

  test('that is empty leaves the value out, unless that would bring back a default that was emptied', () => {
    expect(valueOfText(one({ type: 'integer', default: 3 }), '')).toEqual({ ok: true, value: undefined });
    expect(valueOfText(one({ type: 'string' }), '')).toEqual({ ok: true, value: undefined });
    expect(valueOfText(one({ type: 'string', default: 'world' }), '')).toEqual({ ok: true, value: '' });
  });

  test('begins as it was given before, else with the default; a secret comes masked and is asked for again', () => {
    expect(firstText(one({ type: 'string', default: 'world' }), 'ada')).toBe('ada');
    expect(firstText(one({ type: 'string', default: 'world' }), undefined)).toBe('world');
    expect(firstText(one({ type: 'string', writeOnly: true }), '***')).toBe('');
  });

  test.each([
    [{ type: 'integer' }, '1.5', 'Expected a whole number.'],
    [{ type: 'number' }, 'many', 'Expected a number.'],
    [{ type: 'object' }, '{', /^This is no JSON: /],
    [{ type: 'string', format: 'date-time' }, 'soon', 'Expected a date and a time.'],
  ] as const)('%j: %s is told to be wrong', (schema, text, message) => {
    expect(valueOfText(one(schema as JsonObject), text)).toEqual({
      ok: false,
      message: typeof message === 'string' ? message : expect.stringMatching(message),
    });
  });
});

test('problems stand at the field that their path begins with, all others above the form', () => {
  const problem = (path: string, message: string) => ({ path, message, expected: '', actual: '' });
  const { byField, rest } = sortProblems(
    [problem('/a', '/a: expected a.'), problem('/a/0/b', 'Deep.'), problem('', 'All.'), problem('/nope', 'Unknown.')],
    new Set(['a', 'b']),
  );
  expect([...byField]).toEqual([['a', 'Expected a. Deep.']]);
  expect(rest).toEqual(['All.', 'Unknown.']);
});
