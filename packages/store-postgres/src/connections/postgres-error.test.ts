import { MillraceError } from '@millrace/core';
import { expect, it } from 'vitest';
import { wrapPostgresError } from './postgres-error.ts';

const withCode = (code: string, message = 'text') => Object.assign(new Error(message), { code });

it.each([
  [withCode('ECONNREFUSED'), 'store_unavailable'],
  [withCode('57P01', 'terminating connection due to administrator command'), 'store_unavailable'],
  [withCode('08006'), 'store_unavailable'],
  [withCode('53100', 'could not extend file: No space left on device'), 'store_unavailable'],
  [withCode('53300', 'too many clients'), 'store_unavailable'],
  [withCode('57014', 'canceling statement due to statement timeout'), 'store_unavailable'],
  [withCode('25006', 'cannot execute INSERT in a read-only transaction'), 'store_unavailable'],
  [new Error('Connection terminated unexpectedly'), 'store_unavailable'],
  [new Error('timeout exceeded when trying to connect'), 'store_unavailable'],
  [new Error('Query read timeout'), 'store_unavailable'],
  [new AggregateError([withCode('ECONNREFUSED', 'connect ECONNREFUSED ::1:5432')], ''), 'store_unavailable'],
  [withCode('40P01', 'deadlock detected'), 'conflict'],
  [withCode('42P01', 'relation does not exist'), 'configuration'],
  [withCode('28P01', 'password authentication failed'), 'configuration'],
  [withCode('23505', 'duplicate key'), 'internal'],
  [withCode('23514', 'violates check constraint'), 'internal'],
  [new TypeError('x is not a function'), 'internal'],
])('%s becomes %s', (error, code) => {
  const wrapped = wrapPostgresError(error, 'commit');
  expect(wrapped).toMatchObject({ code, cause: error, hint: expect.any(String) });
  expect(wrapped.message).toMatch(/^Could not commit: /);
});

it('an error of ours stays as it is', () => {
  const error = new MillraceError('overloaded', 'Too much.');
  expect(wrapPostgresError(error, 'commit')).toBe(error);
});

it('a violated constraint is named', () => {
  const error = Object.assign(withCode('23505', 'duplicate key'), {
    constraint: 'attempt_pkey',
    detail: 'Key (run)=(1).',
  });
  expect(wrapPostgresError(error, 'commit').message).toContain('[attempt_pkey] Key (run)=(1).');
});
