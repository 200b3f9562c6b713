import { describe, expect, test } from 'vitest';
import { runOf } from '../testing/run-driver.ts';

const stopped = { status: 'cancelled', error: { code: 'cancelled', message: 'Stopped.' }, durationMs: 1 } as const;

describe('a delay', () => {
  test.each([
    ['milliseconds', 5_000, 6_000],
    ['a duration', '1m30s', 91_000],
    ['a template', '{{ input.wait }}', 3_000],
  ])('of %s comes before the first attempt', (_what, delay, dueAt) => {
    const run = runOf({ steps: { a: { delay } } }, { wait: '2s' });
    expect(run.statuses).toBe('a:waiting');
    expect(run.wait('a', 'delay').dueAt).toBe(dueAt);
    run.fire('a', 'delay');
    expect(run.statuses).toBe('a:ready');
    expect(run.store.waits.size).toBe(0);
  });

  test('that is no duration fails the step', () => {
    const run = runOf({ steps: { a: { delay: '{{ input.wait }}' } } }, { wait: 'soon' });
    expect(run.step('a')).toMatchObject({ status: 'failed', error: { code: 'invalid_delay' } });
  });

  test('is not followed by anything when the run is cancelled meanwhile', () => {
    const run = runOf({ steps: { a: { delay: 100 } } });
    const wait = run.wait('a', 'delay');
    run.cancel();
    expect(run.status).toBe('cancelled');
    expect(run.send({ type: 'timer_fired', key: wait, kind: 'delay' })?.code).toBe('run_ended');
  });
});

describe('step_timeout', () => {
  test('counts over all attempts, and asks the running one to stop', () => {
    const run = runOf({
      steps: { a: { stepTimeoutMs: 1_000, retry: { attempts: 9, delayMs: 10 } }, b: { needs: 'a' } },
    });
    run.fail('a');
    run.fire('a', 'retry');
    run.lease('a');
    run.fire('a', 'step_timeout');
    expect(run.now).toBe(2_000);
    expect(run.last.workCancelled).toHaveLength(1);
    expect(run.step('a').status).toBe('running');
    run.finish('a', stopped);
    expect(run.step('a')).toMatchObject({ status: 'timed_out', reason: 'step_timed_out', attempts: 2 });
    expect(run.status).toBe('failed');
    expect(run.store.waits.size).toBe(0);
  });

  test('ends a step that waits for its next attempt at once', () => {
    const run = runOf({ steps: { a: { stepTimeoutMs: 1_000, retry: { attempts: 9, delayMs: 5_000 } } } });
    run.fail('a');
    run.fire('a', 'step_timeout');
    expect(run.step('a')).toMatchObject({ status: 'timed_out', error: { code: 'step_timeout' } });
    expect(run.step('a').error?.message).toContain('step_timeout of 1s');
  });

  test('holds for all items together', () => {
    const run = runOf({ steps: { a: { forEach: 3, itemConcurrency: 2, stepTimeoutMs: 1_000 } } });
    run.lease('a', 0);
    run.succeed('a', 1, 1);
    run.fire('a', 'step_timeout');
    run.finish('a', stopped, 0);
    expect(run.step('a')).toMatchObject({ status: 'timed_out', output: [null, 1, null] });
    expect(run.step('a').items).toMatchObject({ succeeded: 1, failed: 2, cancelled: 0 });
  });

  test('forces what does not stop', () => {
    const run = runOf({ steps: { a: { stepTimeoutMs: 1_000 } } });
    run.lease('a');
    run.fire('a', 'step_timeout');
    run.fire('a', 'cancel_grace');
    expect(run.step('a')).toMatchObject({ status: 'timed_out', reason: 'step_timed_out' });
    expect(run.store.work.size).toBe(0);
  });
});

describe('queue_timeout', () => {
  test('ends an attempt that no worker took', () => {
    const run = runOf({ steps: { a: { queueTimeoutMs: 500, retry: { attempts: 3 } } } });
    run.fire('a', 'queue_timeout');
    expect(run.step('a')).toMatchObject({ status: 'timed_out', reason: 'queue_timed_out', attempts: 1 });
    expect(run.step('a').error?.hint).toContain('queue default');
  });

  test('does nothing to one that a worker holds', () => {
    const run = runOf({ steps: { a: { queueTimeoutMs: 500 } } });
    run.lease('a');
    run.fire('a', 'queue_timeout');
    expect(run.step('a').status).toBe('running');
    expect(run.store.waits.size).toBe(0);
    run.succeed('a');
    expect(run.status).toBe('succeeded');
  });

  test('is cleared when the attempt ends in time', () => {
    const run = runOf({ steps: { a: { queueTimeoutMs: 500 } } });
    run.succeed('a');
    expect(run.store.waits.size).toBe(0);
  });
});

describe('the timeout of a run', () => {
  test('stops everything and ends the run as timed out', () => {
    const run = runOf({ timeoutMs: 60_000, steps: { a: {}, b: {}, c: { needs: 'a' } } });
    run.lease('a');
    run.fire(null, 'run_timeout');
    expect(run.statuses).toBe('a:running b:cancelled(run_timed_out) c:cancelled(run_timed_out)');
    run.finish('a', stopped);
    expect(run.status).toBe('timed_out');
    expect(run.state.head.error?.message).toContain('timeout of 1m');
    expect(run.store.waits.size).toBe(0);
  });

  test('forces what does not stop within the grace', () => {
    const run = runOf({ timeoutMs: 60_000, steps: { a: {} } });
    run.lease('a');
    run.fire(null, 'run_timeout');
    run.fire(null, 'cancel_grace');
    expect(run.now).toBe(61_000 + 30_000);
    expect(run.statuses).toBe('a:cancelled(run_timed_out)');
    expect(run.status).toBe('timed_out');
  });

  test('is cleared when the run ends in time', () => {
    const run = runOf({ timeoutMs: 60_000, steps: { a: {} } });
    run.succeed('a');
    expect(run.store.waits.size).toBe(0);
  });
});

describe('a wait step', () => {
  const waiting = (body: object) => ({ inline: { type: 'wait' as const, ...body } });

  test.each([
    ['for', { for: '30s' }, 31_000],
    ['for a template', { for: '{{ input.s }}s' }, 5_000],
    ['until a time', { until: '1970-01-01T00:01:00Z' }, 60_000],
    ['until a time without zone, which is UTC', { until: '1970-01-01 00:01' }, 60_000],
    ['until a number of seconds', { until: '3 + 2' }, 5_000],
    ['until an expression', { until: "now() | date_add('500ms')" }, 1_500],
  ])('%s holds no worker and ends by itself', (_what, body, dueAt) => {
    const run = runOf({ steps: { a: waiting(body), b: { needs: 'a' } } }, { s: 4 });
    expect(run.step('a').status).toBe('waiting');
    expect(run.store.work.size).toBe(0);
    expect(run.wait('a', 'timer').dueAt).toBe(dueAt);
    run.fire('a', 'timer');
    expect(run.statuses).toBe('a:succeeded b:ready');
  });

  test('for a time that is over has succeeded at once', () => {
    const run = runOf({ steps: { a: waiting({ until: '1970-01-01' }) } });
    expect(run.status).toBe('succeeded');
  });

  test.each([[{ for: 'a while' }], [{ until: "'tomorrow'" }], [{ until: 'null' }]])('with %o fails', (body) => {
    const run = runOf({ steps: { a: waiting(body) } });
    expect(run.step('a')).toMatchObject({ status: 'failed', error: { code: 'invalid_wait' } });
  });
});
