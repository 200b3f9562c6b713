import { expect, it } from 'vitest';
import { fields } from '../testing/build-plan.ts';
import { hiddenFields, hideFields, restoreHidden, secretFields, textsAt } from './secret-fields.ts';

const parameters = fields({
  user: { type: 'string' },
  token: { type: 'string', secret: true },
  keys: { type: 'array', items: { type: 'string', secret: true } },
  db: { type: 'object', properties: { host: { type: 'string' }, 'pass/word': { type: 'string', secret: true } } },
});

it('fields that are secret are found at any depth, also in a schema of the user', () => {
  expect(secretFields(parameters)).toEqual(['/token', '/keys', '/db/pass~1word']);
  expect(secretFields(parameters)).toBe(secretFields(parameters));
  const schema = { type: 'object', properties: { a: { type: 'string', writeOnly: true }, b: { type: 'string' } } };
  expect(secretFields({ kind: 'schema', schema })).toEqual(['/a']);
  expect(secretFields(fields({ user: { type: 'string' } }))).toEqual([]);
});

it('their values are hidden, what is absent stays absent, and the given value stays as it is', () => {
  const given = { user: 'u', token: 't', db: { host: 'h', 'pass/word': 'p' } };
  const before = structuredClone(given);
  expect(hideFields(given, secretFields(parameters))).toEqual({
    user: 'u',
    token: '***',
    db: { host: 'h', 'pass/word': '***' },
  });
  expect(given).toEqual(before);
});

it('what comes back hidden is found, and can be made what it was', () => {
  const pointers = secretFields(parameters);
  const before = { user: 'u', token: 't', keys: ['k'], db: { host: 'h', 'pass/word': 'p' } };
  const back = { ...hideFields(before, pointers), user: 'new' };
  expect(hiddenFields(back, pointers)).toEqual(['/token', '/keys', '/db/pass~1word']);
  expect(restoreHidden(back, before, pointers)).toEqual({ ...before, user: 'new' });
  expect(restoreHidden({ token: '***' }, {}, pointers)).toEqual({ token: '***' });
  expect(hiddenFields(before, pointers)).toEqual([]);
});

it('their texts are told, of lists each, and numbers as they are written', () => {
  const given = { token: 12345, keys: ['a', { b: 'c' }], db: 'none' };
  expect(textsAt(given, secretFields(parameters))).toEqual(['12345', 'a', 'c']);
});
