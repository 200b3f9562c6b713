import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { runId, workerId } from '../values/ids.ts';
import { type AttemptClaims, readAttemptClaims, readAttemptToken, writeAttemptClaims } from './attempt-tokens.ts';

const number = fc.integer({ min: 0, max: 999_999_999 });
const claims: fc.Arbitrary<AttemptClaims> = fc.record({
  worker: fc.stringMatching(/^[^/\n]{1,100}$/).map(workerId),
  ref: fc.record({
    run: fc.bigInt({ min: 1n, max: 10n ** 17n }).map((run) => runId(String(run))),
    step: number,
    item: fc.integer({ min: -1, max: 999_999_999 }),
    iteration: number,
    attempt: number,
  }),
  until: fc.integer({ min: 0, max: 10 ** 14 }),
});

describe('what the token of an attempt says', () => {
  test('is read as it was written', () => {
    fc.assert(
      fc.property(claims, (given) => {
        expect(readAttemptClaims(writeAttemptClaims(given))).toEqual(given);
      }),
    );
  });

  test.each([
    '',
    'w',
    'w/1/0/-1/0/1',
    'w/1/0/-1/0/1/5/6',
    'w/x/0/-1/0/1/5',
    'w/1/-1/-1/0/1/5',
    'w/1/0/-2/0/1/5',
    '/1/0/-1/0/1/5',
    'w/1/0/-1/0/1/1e9',
  ])('is nothing in %j', (text) => expect(readAttemptClaims(text)).toBeNull());
});

describe('the text of a token', () => {
  const mac = `${'A_'.repeat(21)}B`;

  test('is told from its signature, also where both have underscores', () => {
    expect(readAttemptToken(`mra_a_b_${mac}`)).toEqual({ signed: 'mra_a_b', payload: 'a_b', mac });
  });

  test.each([
    `mra_${mac}`,
    `mra__${mac}`,
    `mrw_a_${mac}`,
    `mra_a_${mac.slice(1)}`,
    `mra_a=_${mac}`,
    `mra_a_${mac}\n`,
    ` mra_a_${mac}`,
  ])('is none in %j', (text) => expect(readAttemptToken(text)).toBeNull());
});
