import { describe, expect, test } from 'vitest';
import { to } from '../testing/build-plan.ts';
import { runOf } from '../testing/run-driver.ts';
import { restoreState } from './restore-state.ts';

const counting = { publish: [{ n: '{{ vars.n + 1 }}' }] };

describe('a loop', () => {
  test('runs a step again for each arrival, and the last iteration stands', () => {
    const run = runOf({
      vars: { n: 0 },
      output: '{{ steps.ask.output }}',
      steps: {
        start: { next: [to('ask')] },
        ask: {
          input: { n: '{{ vars.n }}' },
          next: [to('ask', { when: 'not result().ready', ...counting }), to('done', { when: 'result().ready' })],
        },
        done: { input: { last: '{{ steps.ask.output.n }}' } },
      },
    });
    run.succeed('start');
    run.succeed('ask', { ready: false, n: 1 });
    expect(run.work('ask')).toMatchObject({ iteration: 1, attempt: 1 });
    expect(run.input('ask')).toEqual({ n: 1 });
    expect(run.step('ask')).toMatchObject({ status: 'ready', iterations: 2 });
    run.succeed('ask', { ready: true, n: 2 });
    expect(run.input('done')).toEqual({ last: 2 });
    run.succeed('done');
    expect([run.status, run.output]).toEqual(['succeeded', { ready: true, n: 2 }]);
    expect(run.step('ask')).toMatchObject({ status: 'succeeded', iterations: 2, attempts: 1 });
  });

  test('refuses a report about an earlier iteration', () => {
    const run = runOf({ steps: { start: { next: [to('t')] }, t: { next: [to('t')] } } });
    run.succeed('start');
    const first = run.work('t');
    run.succeed('t');
    const result = { status: 'succeeded', output: null, durationMs: 1 } as const;
    expect(run.send({ type: 'attempt_finished', key: first, worker: null, result })?.code).toBe('stale_attempt');
  });

  test('begins a new iteration for each arrival, though others are under way', () => {
    const run = runOf({
      steps: {
        a: { next: [to('t')] },
        b: { next: [to('t')] },
        t: { next: [to('u')] },
        u: { input: { v: '{{ steps.t.output }}' } },
      },
    });
    run.succeed('a');
    run.succeed('b');
    const [first, second] = [...run.store.work.values()];
    expect([first?.iteration, second?.iteration]).toEqual([0, 1]);
    run.lease('t');
    expect(run.step('t')).toMatchObject({ status: 'ready', iterations: 2 });
    const finish = (key: typeof first, output: string) => {
      if (key === undefined) throw new Error('There is no work.');
      run.send({ type: 'attempt_finished', key, worker: null, result: { status: 'succeeded', output, durationMs: 1 } });
    };
    finish(second, 'second');
    finish(first, 'first');
    const inputs = [...run.store.work.values()].map((work) => (JSON.parse(work.document) as { input: unknown }).input);
    expect(inputs).toEqual([{ v: 'second' }, { v: 'first' }]);
    // The one that ended last stands, although both ended in the same millisecond and its number is lower.
    const loaded = run.store.load();
    for (const attempts of [loaded.attempts, loaded.attempts.toReversed()]) {
      expect(restoreState(run.plan, { ...loaded, attempts }).steps[2]?.ended?.output).toBe('"first"');
    }
  });

  test('has retries, items and delays of its own in each iteration', () => {
    const run = runOf({
      vars: { n: 1 },
      steps: {
        start: { next: [to('t')] },
        t: {
          delay: 100,
          forEach: 'vars.n',
          retry: { attempts: 2, delayMs: 50 },
          next: [to('t', { when: 'vars.n < 3', ...counting })],
        },
      },
    });
    run.succeed('start');
    run.fire('t', 'delay');
    run.fail('t', {}, 0);
    run.fire('t', 'retry', 0);
    expect(run.work('t', 0)).toMatchObject({ iteration: 0, attempt: 2 });
    run.succeed('t', 'x', 0);
    expect(run.wait('t', 'delay').iteration).toBe(1);
    run.fire('t', 'delay');
    expect(run.step('t').items).toMatchObject({ total: 2, open: 2 });
    expect(run.work('t', 0)).toMatchObject({ iteration: 1, attempt: 1 });
    run.succeed('t', 1, 1);
    run.succeed('t', 0, 0);
    run.fire('t', 'delay');
    for (const item of [0, 1, 2]) run.succeed('t', item, item);
    expect(run.step('t')).toMatchObject({ output: [0, 1, 2], iterations: 3, items: { total: 3, succeeded: 3 } });
    expect(run.status).toBe('succeeded');
  });

  test('starts a child run of its own in each iteration', () => {
    const run = runOf({
      vars: { n: 0 },
      steps: {
        start: { next: [to('t')] },
        t: {
          inline: { type: 'workflow', workflow: 'inner', wait: true },
          next: [to('t', { when: 'vars.n < 1', ...counting })],
        },
      },
    });
    run.succeed('start');
    run.endChild('t', 'succeeded');
    run.endChild('t', 'succeeded');
    const froms = run.store.outbox.map((message) => (message.kind === 'start_child' ? message.from.iteration : null));
    expect(froms).toEqual([0, 1]);
    expect(run.status).toBe('succeeded');
  });

  test('gives other values of uuid() in iterations of the same moment', () => {
    const run = runOf({
      steps: { a: { next: [to('t')] }, b: { next: [to('t')] }, t: { input: { id: '{{ uuid() }}' } } },
    });
    run.succeed('a');
    run.succeed('b');
    expect(new Set([...run.store.work.values()].map((work) => work.document)).size).toBe(2);
  });
});

describe('a runaway loop', () => {
  const at = { file: 'w.yaml', line: 9, column: 5 };
  const runaway = (maxIterations?: number) =>
    runOf({
      steps: {
        start: { next: [to('t')] },
        other: {},
        t: {
          inline: { type: 'wait', for: '0s' },
          next: [to('t')],
          ...(maxIterations === undefined ? {} : { maxIterations }),
        },
      },
      places: { '/workflows/main/steps/t/maxIterations': at },
    });

  test.each([
    [undefined, 1_000],
    [1, 1],
    [3, 3],
  ])('is stopped by max_iterations %s after %s', (given, times) => {
    const run = runaway(given);
    run.succeed('start');
    expect(run.step('t')).toMatchObject({
      status: 'failed',
      iterations: times + 1,
      error: { code: 'max_iterations', at },
    });
    expect(run.status).toBe('running');
    run.succeed('other');
    expect(run.state.head).toMatchObject({ status: 'failed', error: { code: 'max_iterations', step: 't' } });
    expect(run.state.head.error?.message).toContain(times === 1 ? 'has run once' : `has run ${times} times`);
  });

  test('fails the run although the step is to continue on failure', () => {
    const run = runOf({
      steps: { start: { next: [to('t')] }, t: { maxIterations: 2, continueOnFailure: true, next: [to('t')] } },
    });
    run.succeed('start');
    run.succeed('t');
    run.succeed('t');
    expect(run.state.head).toMatchObject({ status: 'failed', error: { code: 'max_iterations' } });
  });
});

test('iterations that end within one millisecond follow each other; what belongs to them ends when it ends', () => {
  const each = { forEach: 2, retry: { attempts: 2 }, next: [to('t', { when: 'vars.n < 1', ...counting })] };
  const run = runOf({ vars: { n: 0 }, steps: { start: { next: [to('t')] }, t: each } });
  run.succeed('start');
  const endOf = (item: number) => run.last.attempts.find((row) => row.step === 1 && row.item === item)?.endedAt;
  run.succeed('t', 1, 0);
  run.succeed('t', 2, 1);
  const first = endOf(-1);
  run.fail('t', {}, 0);
  expect(endOf(0)).toBe(run.now);
  run.succeed('t', 1, 0);
  expect(endOf(0)).toBe(run.now);
  run.succeed('t', 2, 1);
  expect([endOf(1), endOf(-1)]).toEqual([run.now, (first ?? 0) + 1]);
});

test('the same attempt of each iteration has a random part of its own in its delay', () => {
  const retry = { attempts: 2, delayMs: 100_000, jitter: 1 };
  const again = { retry, next: [to('t', { when: 'vars.n < 3', ...counting })] };
  const run = runOf({ vars: { n: 0 }, steps: { start: { next: [to('t')] }, t: again } });
  run.succeed('start');
  const delays = [0, 1, 2].map(() => {
    run.fail('t');
    const delay = (run.wait('t', 'retry').dueAt ?? 0) - run.now;
    run.fire('t', 'retry');
    run.succeed('t');
    return delay;
  });
  expect(new Set(delays).size).toBe(3);
});
