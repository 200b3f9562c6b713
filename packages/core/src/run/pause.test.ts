import { describe, expect, test } from 'vitest';
import { fields } from '../testing/build-plan.ts';
import { keyOfWork, runOf, worker } from '../testing/run-driver.ts';

const others = { inner: { input: fields({}), steps: { x: {} } } };
const kinds = (run: ReturnType<typeof runOf>) =>
  [...run.store.waits.values()].map(({ step, kind }) => `${step}:${kind}`).sort();

describe('a paused run', () => {
  test('withdraws what nobody holds, lets go on what a worker holds, and begins nothing with its result', () => {
    const run = runOf({ steps: { a: {}, b: {}, c: { needs: 'a' } } });
    run.lease('a');
    run.pause('Maintenance.');
    expect(run.status).toBe('paused');
    expect(JSON.parse(run.state.head.control ?? '')).toMatchObject({
      paused: { at: 1_000, by: 'ada', reason: 'Maintenance.' },
    });
    expect(run.statuses).toBe('a:running b:waiting c:pending');
    run.succeed('a', 1);
    expect(run.statuses).toBe('a:succeeded b:waiting c:waiting');
    expect(run.store.work.size).toBe(0);
    expect(kinds(run)).toEqual(['1:held', '2:held']);
  });

  test('launches what it held when it is resumed, each once and with the same attempt', () => {
    const run = runOf({ steps: { a: {}, b: { inline: { type: 'wait', for: '1m' }, needs: 'a' }, c: { needs: 'a' } } });
    run.lease('a');
    run.pause();
    run.succeed('a');
    run.now = 60_000;
    run.resume();
    expect(run.status).toBe('running');
    expect(run.statuses).toBe('a:succeeded b:waiting c:ready');
    expect(run.work('c')).toMatchObject({ attempt: 1, readyAt: 60_000 });
    expect(run.wait('b', 'timer').dueAt).toBe(120_000);
    expect(kinds(run)).toEqual(['1:timer']);
  });

  test('ends when what a worker holds was all there was', () => {
    const run = runOf({ steps: { a: {} } });
    run.lease('a');
    run.pause();
    run.succeed('a', 7);
    expect(run.status).toBe('succeeded');
    expect(JSON.parse(run.state.head.control ?? '')).not.toHaveProperty('paused');
  });

  test('holds the next attempt of what failed or was lost, and keeps the retry policy', () => {
    const run = runOf({ steps: { a: { retry: { attempts: 2 } }, b: {} } });
    run.lease('a');
    run.lease('b');
    run.pause();
    run.fail('a');
    run.lose('b');
    expect(kinds(run)).toEqual(['0:held', '1:held']);
    run.resume();
    run.fail('a');
    expect(run.step('a')).toMatchObject({ status: 'failed', attempts: 2 });
    expect(run.work('b').attempt).toBe(2);
  });

  test('starts no items, and goes on with them where it was', () => {
    const run = runOf({ steps: { a: { forEach: 5, itemConcurrency: 2 } } });
    run.lease('a', 0);
    run.pause();
    run.succeed('a', 0, 0);
    expect(run.step('a').items).toMatchObject({ pending: 3, open: 1, succeeded: 1 });
    expect(kinds(run)).toEqual(['0:held', '0:items']);
    run.resume();
    expect([...run.store.work.values()].map(({ item }) => item).sort()).toEqual([1, 2]);
  });

  test('has no items of a for-each that begins during the pause', () => {
    const run = runOf({ steps: { a: {}, b: { needs: 'a', forEach: 3 }, c: { needs: 'a', forEach: '[]' } } });
    run.lease('a');
    run.pause();
    run.succeed('a');
    expect(run.step('b').items).toMatchObject({ total: 3, pending: 3, open: 0 });
    expect(run.step('c').status).toBe('succeeded');
    run.resume();
    expect(run.store.work.size).toBe(3);
  });

  test('puts a queue_timeout off with its work', () => {
    const run = runOf({ steps: { a: { queueTimeoutMs: 500 } } });
    run.pause();
    expect(kinds(run)).toEqual(['0:held']);
    run.now = 9_000;
    run.resume();
    expect(run.wait('a', 'queue_timeout').dueAt).toBe(9_500);
  });

  test('times its steps on: a step_timeout ends what is held', () => {
    const run = runOf({ steps: { a: { stepTimeoutMs: 1_000 } } });
    run.pause();
    run.fire('a', 'step_timeout');
    expect(run.step('a')).toMatchObject({ status: 'timed_out', reason: 'step_timed_out' });
    expect(run.status).toBe('failed');
    expect(run.store.waits.size).toBe(0);
  });

  test('stands still for its own timeout, however often it is paused', () => {
    const run = runOf({ timeoutMs: 60_000, steps: { a: {} } });
    for (const [from, to] of [
      [10_000, 1_000_000],
      [1_010_000, 2_000_000],
    ] as const) {
      run.now = from;
      run.pause();
      expect(kinds(run)).toEqual(['0:held']);
      run.now = to;
      run.resume();
    }
    // 19 seconds have passed outside the pauses.
    expect(run.wait(null, 'run_timeout').dueAt).toBe(2_000_000 + 60_000 - 19_000);
    run.fire(null, 'run_timeout');
    expect(run.status).toBe('timed_out');
  });

  test('cannot be paused again, nor resumed twice, and says so', () => {
    const run = runOf({ steps: { a: {} } });
    expect(run.resume()).toEqual({ code: 'not_paused', message: 'The run is not paused: it is running.' });
    run.pause('Why not.');
    expect(run.pause()).toEqual({
      code: 'already_paused',
      message: 'The run is paused already, by ada since 1970-01-01T00:00:01.000Z: Why not.',
    });
    run.resume();
    expect(run.resume()?.code).toBe('not_paused');
  });

  test('is not paused while it is being stopped', () => {
    const run = runOf({ steps: { a: {} } });
    run.lease('a');
    run.cancel();
    expect(run.pause()?.code).toBe('run_stopping');
  });

  test('is cancelled as any other: what is held ends at once', () => {
    const run = runOf({ steps: { a: {}, b: {}, c: { needs: 'b' } } });
    run.lease('a');
    run.pause();
    run.cancel();
    expect(run.status).toBe('running');
    expect(run.statuses).toBe('a:running b:cancelled(run_cancelled) c:cancelled(run_cancelled)');
    run.finish('a', { status: 'cancelled', error: { code: 'cancelled', message: 'Stopped.' }, durationMs: 1 });
    expect(run.status).toBe('cancelled');
    expect(run.store.waits.size).toBe(0);
  });

  test('is stopped by a failure of what a worker held, with fail_fast', () => {
    const run = runOf({ failFast: true, steps: { a: {}, b: {} } });
    run.lease('a');
    run.pause();
    run.fail('a');
    expect(run.status).toBe('failed');
    expect(run.statuses).toBe('a:failed b:cancelled(fail_fast)');
  });

  test('takes back what a worker gave back and another has claimed unseen', () => {
    const run = runOf({ steps: { a: {} } });
    run.lease('a');
    const key = keyOfWork(run.work('a'));
    expect(run.send({ type: 'hold', key, worker })?.code).toBe('not_paused');
    run.pause();
    expect(run.send({ type: 'hold', key, worker })).toBeNull();
    expect(run.statuses).toBe('a:waiting');
    expect(run.send({ type: 'hold', key, worker })?.code).toBe('stale_attempt');
    run.resume();
    expect(run.work('a')).toMatchObject({ attempt: 1, worker: null });
  });
});

describe('pausing a run with children', () => {
  const parent = () => runOf({ others, steps: { a: { action: 'inner' }, b: {} } });
  const turns = (run: ReturnType<typeof runOf>) => run.store.outbox.filter(({ kind }) => kind === 'pause_children');

  test('tells them, with the number of the turn', () => {
    const run = parent();
    run.pause('Wait.');
    run.resume();
    expect(turns(run)).toEqual([
      { kind: 'pause_children', turn: 1, paused: true, by: 'ada', reason: 'Wait.' },
      { kind: 'pause_children', turn: 2, paused: false, by: 'ada', reason: null },
    ]);
  });

  test('tells nobody when there are none', () => {
    const run = runOf({ steps: { a: {} } });
    run.pause();
    run.resume();
    expect(run.store.outbox).toEqual([]);
  });

  test('ends a child that was told to end while it is paused', () => {
    const run = parent();
    run.pause();
    run.endChild('a', 'succeeded');
    expect(run.statuses).toBe('a:succeeded b:waiting');
  });
});

describe('a child run', () => {
  const child = () => runOf({ steps: { x: {} } });
  const turned = (run: ReturnType<typeof runOf>, turn: number, paused: boolean) =>
    run.send({ type: 'parent_turned', turn, paused, by: 'ada', reason: 'Wait.' });

  test('is paused and resumed with its parent', () => {
    const run = child();
    turned(run, 1, true);
    expect(run.status).toBe('paused');
    expect(run.state.paused).toEqual({ at: 1_000, by: 'ada', reason: 'Wait.', withParent: true });
    turned(run, 2, false);
    expect(run.status).toBe('running');
    expect(run.work('x').attempt).toBe(1);
  });

  test('follows the newest turn, in whatever order they come', () => {
    const run = child();
    turned(run, 2, false);
    expect(turned(run, 1, true)?.code).toBe('outdated');
    expect(run.status).toBe('running');
    turned(run, 3, true);
    expect(turned(run, 3, true)?.code).toBe('outdated');
    expect(run.status).toBe('paused');
  });

  test('that somebody paused by itself stays paused when its parent goes on', () => {
    const run = child();
    run.pause();
    turned(run, 1, true);
    turned(run, 2, false);
    expect(run.status).toBe('paused');
    run.resume();
    expect(run.status).toBe('running');
  });

  test('that is paused with its parent stays paused for whoever pauses it as well', () => {
    const run = child();
    turned(run, 1, true);
    expect(run.pause('Mine.')).toBeNull();
    expect(run.pause()?.code).toBe('already_paused');
    turned(run, 2, false);
    expect(run.status).toBe('paused');
  });

  test('may be resumed alone', () => {
    const run = child();
    turned(run, 1, true);
    run.resume();
    expect(run.status).toBe('running');
    turned(run, 2, false);
    expect(run.status).toBe('running');
  });

  test('that is being stopped is left alone', () => {
    const run = child();
    run.lease('x');
    run.cancel();
    expect(turned(run, 1, true)).toBeNull();
    expect(run.state.paused).toBeNull();
  });
});
