import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Parameter, Parameters } from '../definitions/parameters.ts';
import { fields } from '../testing/build-plan.ts';
import type { Json, JsonObject } from '../values/json.ts';
import { checkInput, checkOutput } from './check-input.ts';
import { jsonSchemaOf } from './json-schema-of.ts';

function problemsOf(parameters: Parameters, value: Json) {
  const checked = checkInput(parameters, value);
  return checked.ok ? [] : checked.problems;
}

describe('input', () => {
  test.each<readonly [Parameter, Json, string, string, string]>([
    [{ type: 'string' }, 5, '/x', 'string', 'integer 5'],
    [{ type: 'integer' }, '5', '/x', 'integer', 'string "5"'],
    [{ type: 'integer' }, 1.5, '/x', 'integer', 'number 1.5'],
    [{ type: 'boolean' }, 'yes', '/x', 'boolean', 'string "yes"'],
    [{ type: 'object' }, [], '/x', 'object', 'array'],
    [{ type: 'string' }, null, '/x', 'string', 'null'],
    [{ type: 'array', items: { type: 'string' } }, ['a', 5], '/x/1', 'string', 'integer 5'],
    [{ type: 'string', multiple: true }, 'a', '/x', 'array', 'string "a"'],
    [{ type: 'string', enum: ['dev', 'prod'] }, 'test', '/x', 'one of "dev", "prod"', 'string "test"'],
    [{ type: 'number', minimum: 2 }, 1, '/x', 'a number >= 2', 'integer 1'],
    [{ type: 'string', max_length: 2 }, 'abc', '/x', 'at most 2 characters', 'string "abc"'],
    [{ type: 'array', min_length: 1 }, [], '/x', 'at least 1 items', 'array'],
    [{ type: 'string', pattern: '^v\\d+$' }, 'x1', '/x', 'a text that matches ^v\\d+$', 'string "x1"'],
    [{ type: 'date' }, '21.11.2026', '/x', 'a date such as 2026-11-21', 'string "21.11.2026"'],
    [
      { type: 'datetime' },
      '2026-11-21',
      '/x',
      'a date and time with zone such as 2026-11-21T09:30:00Z',
      'string "2026-11-21"',
    ],
    [{ type: 'duration' }, 'soon', '/x', 'a duration such as 30s or 1h30m', 'string "soon"'],
    [{ type: 'string', format: 'email' }, 'me', '/x', 'a text in the format email', 'string "me"'],
    [{ type: 'object', properties: { y: { type: 'integer', required: true } } }, {}, '/x/y', 'integer', 'nothing'],
    [{ type: 'string', secret: true }, 42, '/x', 'string', 'number (secret)'],
    [{ type: 'my_connection' }, 5, '/x', 'string or object', 'integer 5'],
  ])('%j refuses %j at its path', (parameter, value, path, expected, actual) => {
    expect(problemsOf(fields({ x: parameter }), { x: value })).toMatchObject([{ path, expected, actual }]);
  });

  test.each<readonly [Parameter, Json]>([
    [{ type: 'text' }, 'a\nb'],
    [{ type: 'integer' }, 5],
    [{ type: 'number' }, 5],
    [{ type: 'date' }, '2026-11-21'],
    [{ type: 'datetime' }, '2026-11-21T09:30:00+01:00'],
    [{ type: 'duration' }, '1h30m'],
    [{ type: 'file' }, 'data/in.csv'],
    [{ type: 'string', multiple: true, enum: ['a', 'b'] }, ['a', 'b', 'a']],
    [{ type: 'array' }, [1, 'x', null]],
    [{ type: 'object' }, { anything: [1] }],
    [{ type: 'my_connection' }, 'production'],
  ])('%j takes %j', (parameter, value) => {
    expect(problemsOf(fields({ x: parameter }), { x: value })).toEqual([]);
  });

  test('gets its defaults, also inside objects, and the given value is left alone', () => {
    const parameters = fields({
      mode: { type: 'string', default: 'prod', required: true },
      inner: { type: 'object', properties: { n: { type: 'integer', default: 3 } } },
      list: { type: 'array', default: [1] },
    });
    const given = { inner: {} };
    const first = checkInput(parameters, given);
    expect(first).toEqual({ ok: true, value: { mode: 'prod', inner: { n: 3 }, list: [1] } });
    expect(given).toEqual({ inner: {} });
    const second = checkInput(parameters, { mode: 'dev' });
    expect(first.ok && second.ok && first.value.list !== second.value.list).toBe(true);
  });

  test('shows all problems at once, with what was meant by an unknown name', () => {
    const problems = problemsOf(fields({ region: { type: 'string', required: true }, n: { type: 'integer' } }), {
      regoin: 'eu',
      n: 'x',
    });
    expect(problems.map((problem) => problem.message).sort()).toEqual([
      '/n: expected integer, got string "x".',
      '/region: expected string, but it is missing.',
      '/regoin: there is no field regoin here. Did you mean region?',
    ]);
  });

  test.each<Json>([null, 5, 'x', []])('that is %j is refused as a whole', (value) => {
    expect(problemsOf(fields({}), value)).toMatchObject([{ path: '', expected: 'object' }]);
  });

  test('is checked by each pattern of its own', () => {
    const parameters = fields({ a: { type: 'string', pattern: '^a$' }, b: { type: 'string', pattern: '^b$' } });
    expect(problemsOf(parameters, { a: 'a', b: 'b' })).toEqual([]);
    expect(problemsOf(parameters, { a: 'b', b: 'a' }).map((problem) => problem.path)).toEqual(['/a', '/b']);
  });

  test('with a pattern that explodes elsewhere is checked in linear time', () => {
    const parameters = fields({ x: { type: 'string', pattern: '^(a+)+$' } });
    expect(problemsOf(parameters, { x: `${'a'.repeat(20_000)}b` })).toHaveLength(1);
  });

  test('is never answered with an exception', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (schema, value) => {
        const own = { kind: 'schema', schema: { properties: schema } as unknown as JsonObject } as const;
        checkInput(own, value as Json);
        checkInput(fields({ a: { type: 'string' } }), value as Json);
      }),
      { numRuns: 60 },
    );
  });
});

describe('a schema of the user', () => {
  test('is used as it is', () => {
    const parameters: Parameters = {
      kind: 'schema',
      schema: {
        type: 'object',
        properties: { n: { type: 'integer', default: 2 } },
        minProperties: 1,
        additionalProperties: false,
      },
    };
    expect(checkInput(parameters, {})).toEqual({ ok: true, value: { n: 2 } });
    expect(jsonSchemaOf(parameters)).toBe(parameters.schema);
    expect(problemsOf(parameters, { n: 'x' })).toMatchObject([{ path: '/n' }]);
  });

  test.each<JsonObject>([
    { type: 'nonsense' },
    { $ref: 'https://example.org/x' },
    { $async: true },
    { pattern: '(?=x)' },
  ])('%j, which cannot be used, is a problem and not an exception', (schema) => {
    const problems = problemsOf({ kind: 'schema', schema }, {});
    expect(problems).toHaveLength(1);
    expect(problems[0]?.message).toContain('The schema itself cannot be used');
  });
});

describe('output', () => {
  test('must hold what is promised, and may hold more', () => {
    const parameters = fields({ tag: { type: 'string', required: true } });
    expect(checkOutput(parameters, { tag: 'v1', more: 1 })).toEqual({ ok: true, value: { tag: 'v1', more: 1 } });
    expect(checkOutput(parameters, { tag: 5 })).toMatchObject({ ok: false, problems: [{ path: '/tag' }] });
    expect(checkOutput(parameters, null)).toMatchObject({ ok: false });
    expect(checkOutput(parameters, 'v1')).toMatchObject({
      ok: false,
      problems: [{ message: expect.stringMatching(/^The output: expected/) }],
    });
  });

  test('may be nothing while no field is required; defaults are filled in', () => {
    expect(checkOutput(fields({ tag: { type: 'string' } }), null)).toEqual({ ok: true, value: null });
    const withDefault = fields({ tag: { type: 'string', default: 'v0' } });
    expect(checkOutput(withDefault, null)).toEqual({ ok: true, value: { tag: 'v0' } });
  });
});

test('the JSON Schema of parameters says what editors and forms need', () => {
  const parameters = fields({
    mode: { type: 'string', description: 'How.', enum: ['a', 'b'], default: 'a', order: 1 },
    key: { type: 'string', secret: true, required: true },
  });
  expect(jsonSchemaOf(parameters)).toEqual({
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    type: 'object',
    properties: {
      mode: { type: 'string', enum: ['a', 'b'], description: 'How.', default: 'a', 'x-order': 1 },
      key: { type: 'string', writeOnly: true },
    },
    required: ['key'],
    additionalProperties: false,
  });
});
