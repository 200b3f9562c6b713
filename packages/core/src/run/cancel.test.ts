import { describe, expect, test } from 'vitest';
import { runOf } from '../testing/run-driver.ts';

describe('cancelling a run', () => {
  test('ends what has not started, withdraws what is ready, and asks what runs to stop', () => {
    const run = runOf({
      steps: { done: {}, running: {}, ready: {}, pending: { needs: 'running' }, slow: { retry: { delayMs: 99 } } },
    });
    run.succeed('done', 1);
    run.fail('slow');
    run.lease('running');
    run.cancel();
    expect(run.statuses).toBe(
      'done:succeeded running:running ready:cancelled(run_cancelled) pending:cancelled(run_cancelled) slow:cancelled(run_cancelled)',
    );
    expect(run.last.workCancelled).toMatchObject([{ step: 1 }]);
    expect(run.last.workDone).toMatchObject([{ step: 2 }]);
    expect(run.wait(null, 'cancel_grace').dueAt).toBe(31_000);
    run.finish('running', { status: 'cancelled', error: { code: 'cancelled', message: 'SIGTERM.' }, durationMs: 3 });
    expect(run.status).toBe('cancelled');
    expect(run.state.head.error?.message).toBe('Cancelled by ada.');
    expect(run.step('running')).toMatchObject({ reason: 'run_cancelled', error: { message: 'SIGTERM.' } });
    expect(run.store.work.size + run.store.waits.size).toBe(0);
  });

  test('keeps the result of a step that finished before it heard, and starts nothing after it', () => {
    const run = runOf({ steps: { a: {}, b: { needs: 'a', when: 'always()' } } });
    run.lease('a');
    run.cancel();
    run.succeed('a', 5);
    expect(run.statuses).toBe('a:succeeded b:cancelled(run_cancelled)');
    expect(run.step('a').output).toBe(5);
    expect(run.status).toBe('cancelled');
  });

  test('does not retry what fails while it stops', () => {
    const run = runOf({ steps: { a: { retry: { attempts: 5 } } } });
    run.lease('a');
    run.cancel();
    run.fail('a');
    expect(run.statuses).toBe('a:cancelled(run_cancelled)');
    expect(run.status).toBe('cancelled');
  });

  test('a second time is refused, with force it ends at once', () => {
    const run = runOf({ steps: { a: {} } });
    run.lease('a');
    run.cancel();
    expect(run.cancel()?.code).toBe('already_cancelling');
    const key = run.work('a');
    expect(run.cancel(true)).toBeNull();
    expect(run.status).toBe('cancelled');
    expect(run.store.work.size + run.store.waits.size).toBe(0);
    const result = { status: 'succeeded', output: 1, durationMs: 1 } as const;
    expect(run.send({ type: 'attempt_finished', key, worker: null, result })?.code).toBe('run_ended');
  });

  test('with force from the start ends at once', () => {
    const run = runOf({ steps: { a: {}, b: { needs: 'a' } } });
    run.lease('a');
    run.cancel(true);
    expect(run.status).toBe('cancelled');
    expect(run.last.workCancelled).toHaveLength(1);
    expect(run.last.workDone).toHaveLength(1);
  });

  test('ends by force what does not stop within the grace', () => {
    const run = runOf({ steps: { a: {} } });
    run.lease('a');
    run.cancel();
    run.fire(null, 'cancel_grace');
    expect(run.statuses).toBe('a:cancelled(run_cancelled)');
    expect(run.status).toBe('cancelled');
  });

  test('counts a lost worker as stopped', () => {
    const run = runOf({ steps: { a: {} } });
    run.lease('a');
    run.cancel();
    run.lose('a');
    expect(run.status).toBe('cancelled');
  });

  test('stops a for-each: items that never started count as cancelled', () => {
    const run = runOf({ steps: { a: { forEach: 10, itemConcurrency: 3 } } });
    run.succeed('a', 'x', 0);
    run.lease('a', 1);
    run.cancel();
    expect(run.step('a')).toMatchObject({ status: 'running', items: { open: 1, cancelled: 2, pending: 6 } });
    run.finish('a', { status: 'cancelled', error: { code: 'cancelled', message: '' }, durationMs: 1 }, 1);
    expect(run.step('a')).toMatchObject({
      status: 'cancelled',
      items: { total: 10, succeeded: 1, cancelled: 9, failed: 0 },
    });
    expect(run.step('a').output).toEqual(['x', ...Array.from({ length: 9 }, () => null)]);
    expect(run.status).toBe('cancelled');
  });

  test('after fail_fast began to stop the run makes it cancelled', () => {
    const run = runOf({ failFast: true, steps: { a: {}, b: {} } });
    run.lease('b');
    run.fail('a');
    expect(run.cancel()).toBeNull();
    run.finish('b', { status: 'cancelled', error: { code: 'cancelled', message: '' }, durationMs: 1 });
    expect(run.status).toBe('cancelled');
  });
});
