import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { RetryPolicy } from '../definitions/retry.ts';
import { runOf } from '../testing/run-driver.ts';
import { workerId } from '../values/ids.ts';
import { retryDelayMs } from './retry.ts';

const fixed: RetryPolicy = {
  attempts: 9,
  delayMs: 100,
  backoff: 'fixed',
  factor: 2,
  maxDelayMs: 1_000,
  jitter: 0,
  countWorkerLoss: false,
};

describe('the delay before a retry', () => {
  test.each([
    ['fixed', [100, 100, 100, 100, 100]],
    ['linear', [100, 200, 300, 400, 500]],
    ['exponential', [100, 200, 400, 800, 1_000]],
  ] as const)('grows %s', (backoff, delays) => {
    expect([1, 2, 3, 4, 5].map((n) => retryDelayMs({ ...fixed, backoff }, n, 'x'))).toEqual(delays);
  });

  test('is the same for the same seed, and lies within the share that jitter allows', () => {
    fc.assert(
      fc.property(
        fc.record({
          attempts: fc.constant(9),
          delayMs: fc.nat(1e9),
          backoff: fc.constantFrom('fixed' as const, 'linear' as const, 'exponential' as const),
          factor: fc.double({ min: 1, max: 1e6, noNaN: true }),
          maxDelayMs: fc.nat(1e9),
          jitter: fc.double({ min: 0, max: 1, noNaN: true }),
          countWorkerLoss: fc.boolean(),
        }),
        fc.integer({ min: 1, max: 10_000 }),
        fc.string(),
        (policy, failed, seed) => {
          const delay = retryDelayMs(policy, failed, seed);
          const whole = retryDelayMs({ ...policy, jitter: 0 }, failed, seed);
          expect(delay).toBe(retryDelayMs(policy, failed, seed));
          expect(delay).toBeLessThanOrEqual(whole);
          expect(delay).toBeGreaterThanOrEqual(Math.floor(whole * (1 - policy.jitter)));
          expect(whole).toBeLessThanOrEqual(policy.maxDelayMs);
        },
      ),
    );
  });

  test('differs between runs that failed together', () => {
    const delays = Array.from({ length: 50 }, (_, run) =>
      retryDelayMs({ ...fixed, delayMs: 1_000, jitter: 1 }, 1, `${run}/0/-1/1`),
    );
    expect(new Set(delays).size).toBeGreaterThan(40);
  });
});

describe('a failed attempt', () => {
  test('is tried again until the attempts are used up', () => {
    const run = runOf({ steps: { a: { retry: { attempts: 3, delayMs: 50 }, input: { n: '{{ now() }}' } } } });
    const input = run.input('a');
    run.fail('a');
    expect(run.step('a')).toMatchObject({ status: 'waiting', attempts: 1 });
    expect(run.wait('a', 'retry')).toMatchObject({ attempt: 2, dueAt: 1_050 });
    run.fire('a', 'retry');
    expect(run.work('a')).toMatchObject({ attempt: 2, readyAt: 1_050 });
    expect(run.input('a')).toEqual(input);
    run.fail('a');
    run.fire('a', 'retry');
    run.fail('a', { message: 'The last one.' });
    expect(run.step('a')).toMatchObject({ status: 'failed', attempts: 3, error: { message: 'The last one.' } });
    expect([...run.store.attempts.values()].map((row) => [row.attempt, row.final])).toEqual([
      [1, false],
      [2, false],
      [3, true],
    ]);
  });

  test('without a delay is tried again in the same decision', () => {
    const run = runOf({ steps: { a: { retry: { attempts: 2 } } } });
    run.fail('a');
    expect(run.work('a').attempt).toBe(2);
    expect(run.store.waits.size).toBe(0);
  });

  test('that timed out is tried again, too', () => {
    const run = runOf({ steps: { a: { retry: { attempts: 2 } } } });
    const timedOut = { status: 'timed_out', error: { code: 'timeout', message: 'Too slow.' }, durationMs: 9 } as const;
    run.finish('a', timedOut);
    run.finish('a', timedOut);
    expect(run.step('a')).toMatchObject({ status: 'timed_out', reason: 'attempt_timed_out', attempts: 2 });
    expect(run.status).toBe('failed');
  });

  test('whose error says that trying again cannot help is the last', () => {
    const run = runOf({ steps: { a: { retry: { attempts: 5 } } } });
    run.fail('a', { retryable: false });
    expect(run.step('a')).toMatchObject({ status: 'failed', attempts: 1 });
  });

  test('is tried again only while `retry.when` holds', () => {
    const run = runOf({ steps: { a: { retry: { attempts: 9, when: "error.code == 'busy' and attempt < 3" } } } });
    run.fail('a', { code: 'busy' });
    run.fail('a', { code: 'busy' });
    run.fail('a', { code: 'busy' });
    expect(run.step('a')).toMatchObject({ status: 'failed', attempts: 3 });
    const other = runOf({ steps: { a: { retry: { attempts: 9, when: "error.code == 'busy'" } } } });
    other.fail('a');
    expect(other.step('a')).toMatchObject({ status: 'failed', attempts: 1 });
  });

  test('whose `retry.when` cannot be evaluated ends the step with that error, and keeps the cause', () => {
    const run = runOf({ steps: { a: { retry: { attempts: 9, when: 'error.nothing > 1' } } } });
    run.fail('a');
    expect(run.step('a').error).toMatchObject({ code: 'expression', details: { cause: { code: 'exit_code' } } });
  });
});

describe('the loss of a worker', () => {
  test('does not use up an attempt, three times', () => {
    const run = runOf({ steps: { a: {} } });
    for (let loss = 1; loss <= 3; loss++) {
      run.lose('a');
      expect(run.work('a').attempt).toBe(loss + 1);
    }
    run.lose('a');
    expect(run.step('a')).toMatchObject({
      status: 'failed',
      reason: 'worker_lost',
      attempts: 4,
      error: { code: 'worker_lost' },
    });
  });

  test('leaves the retries as they were', () => {
    const run = runOf({ steps: { a: { retry: { attempts: 2 } } } });
    run.lose('a');
    run.fail('a');
    expect(run.work('a').attempt).toBe(3);
    run.fail('a');
    expect(run.step('a')).toMatchObject({ status: 'failed', attempts: 3 });
  });

  test('uses up an attempt when the policy says so', () => {
    const run = runOf({ steps: { a: { retry: { attempts: 2, countWorkerLoss: true } } } });
    run.lose('a');
    run.lose('a');
    expect(run.step('a')).toMatchObject({ status: 'failed', attempts: 2 });
  });
});

describe('a late report', () => {
  test('of an attempt that was replaced is refused as stale', () => {
    const run = runOf({ steps: { a: {} } });
    const key = run.work('a');
    run.lose('a');
    const result = { status: 'succeeded', output: 1, durationMs: 1 } as const;
    expect(run.send({ type: 'attempt_finished', key, worker: null, result })?.code).toBe('stale_attempt');
    expect(run.step('a').status).toBe('ready');
  });

  test('of a worker that does not hold the lease is refused as stale', () => {
    const run = runOf({ steps: { a: {} } });
    run.lease('a');
    const result = { status: 'succeeded', output: 1, durationMs: 1 } as const;
    const other = workerId('w2');
    expect(run.send({ type: 'attempt_finished', key: run.work('a'), worker: other, result })?.code).toBe(
      'stale_attempt',
    );
    expect(run.succeed('a')).toBeNull();
  });
});
