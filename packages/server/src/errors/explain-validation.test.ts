import { validatorCompiler } from 'fastify-type-provider-zod';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { explainValidation } from './explain-validation.ts';

const schema = z.strictObject({
  name: z.string().min(2).max(5).optional(),
  count: z.int().min(1).max(9).optional(),
  mode: z.enum(['fast', 'slow']).optional(),
  list: z
    .array(z.object({ on: z.boolean() }))
    .max(2)
    .optional(),
  either: z.union([z.string(), z.array(z.string())]).optional(),
  since: z.iso.datetime().optional(),
});

function explain(data: unknown) {
  const validate = validatorCompiler({ schema, method: 'POST', url: '/', httpPart: 'body' });
  const { error } = validate(data) as { error?: Parameters<typeof explainValidation>[0] };
  return explainValidation(error ?? [], data).map(({ path, expected, actual }) => [path, expected, actual]);
}

describe('an explained problem names place, expectation and what was found', () => {
  test.each<[string, unknown, (readonly string[])[]]>([
    ['wrong type', { name: 5 }, [['/name', 'a string', 'the number 5']]],
    ['too short', { name: 'a' }, [['/name', 'at least 2 characters', 'the string "a"']]],
    ['too long', { name: 'abcdef' }, [['/name', 'at most 5 characters', 'the string "abcdef"']]],
    ['no whole number', { count: 1.5 }, [['/count', 'a whole number', 'the number 1.5']]],
    ['too big', { count: 10 }, [['/count', 'at most 9', 'the number 10']]],
    ['unknown value', { mode: 'no' }, [['/mode', '"fast" or "slow"', 'the string "no"']]],
    ['deep', { list: [{ on: true }, { on: null }] }, [['/list/1/on', 'a boolean', 'null']]],
    ['missing', { list: [{}] }, [['/list/0/on', 'a boolean', 'nothing']]],
    ['too many', { list: [1, 2, 3].map(() => ({ on: true })) }, [['/list', 'at most 2 items', 'an array of 3 items']]],
    ['neither of two', { either: {} }, [['/either', 'a string, or an array', 'an object']]],
    [
      'no date',
      { since: 'yesterday' },
      [['/since', 'a date and time (2026-11-21T09:30:00Z)', 'the string "yesterday"']],
    ],
    ['unknown key', { nam: 'x' }, [['', 'only known names', '"nam"']]],
    [
      'two problems',
      { name: 1, count: 'x' },
      [
        ['/name', 'a string', 'the number 1'],
        ['/count', 'a number', 'the string "x"'],
      ],
    ],
  ])('%s', (_, data, expected) => {
    expect(explain(data)).toEqual(expected);
  });

  test('a long value is shown in part', () => {
    expect(explain({ name: 'x'.repeat(1000) })[0]?.[2]?.length).toBeLessThan(80);
  });
});
