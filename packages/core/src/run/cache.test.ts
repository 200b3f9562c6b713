import { describe, expect, test } from 'vitest';
import { fields, planOf, type StepText, type WorkflowText } from '../testing/build-plan.ts';
import { keyOfWork, RunDriver, runOf } from '../testing/run-driver.ts';
import type { Json } from '../values/json.ts';
import { restoreState } from './restore-state.ts';

const cache = { key: 'v {{ input.v }}', ttlMs: 60_000 };
const cached = (step: StepText = {}): WorkflowText => ({ steps: { a: { cache, ...step }, b: { needs: 'a' } } });

/** Answers the lookup of a step: with an output, or that there is none. */
function answer(run: RunDriver, hit: Json | undefined, item = -1, step = 'a') {
  const key = keyOfWork(run.wait(step, 'cache', item));
  return run.send({ type: 'cache_answer', key, hit: hit === undefined ? null : { output: JSON.stringify(hit) } });
}

const keysOf = (run: RunDriver): readonly string[] =>
  run.store.outbox.flatMap((message) => (message.kind === 'look_up_cache' ? [message.key] : []));

describe('a step with a cache', () => {
  test('is looked up before it begins, and ends with what is there', () => {
    const run = runOf(cached(), { v: 1 });
    expect(run.statuses).toBe('a:waiting b:pending');
    expect(run.last.outbox).toMatchObject([{ kind: 'look_up_cache', from: { step: 0, attempt: 1 } }]);
    expect(run.store.work.size).toBe(0);
    answer(run, { tag: 'v1' });
    expect(run.step('a')).toMatchObject({ status: 'succeeded', reason: 'cached', output: { tag: 'v1' }, attempts: 1 });
    expect(run.last.cached).toEqual([]);
    expect(run.statuses).toBe('a:succeeded(cached) b:ready');
  });

  test('begins when nothing is there, and puts its output there with the end of its attempt', () => {
    const run = runOf(cached(), { v: 1 });
    answer(run, undefined);
    expect(run.statuses).toBe('a:ready b:pending');
    run.succeed('a', { tag: 'v2' });
    expect(run.last.cached).toEqual([
      {
        workspace: 'test',
        workflow: 'main',
        key: keysOf(run)[0],
        label: 'v 1',
        step: 'a',
        output: '{"tag":"v2"}',
        ttlMs: 60_000,
      },
    ]);
  });

  test('puts nothing there when it fails, and looks again before it is retried', () => {
    const run = runOf(cached({ retry: { attempts: 2 } }), { v: 1 });
    answer(run, undefined);
    run.fail('a');
    expect(run.last.cached).toEqual([]);
    expect(run.wait('a', 'cache').attempt).toBe(2);
    answer(run, 'from another run');
    expect(run.step('a')).toMatchObject({ reason: 'cached', attempts: 2, output: 'from another run' });
  });

  test('looks each item up', () => {
    const step = { forEach: ['x', 'y'], cache: { key: '{{ item }}', ttlMs: 1 }, input: { i: '{{ item }}' } };
    const run = runOf(cached(step));
    expect(new Set(keysOf(run)).size).toBe(2);
    answer(run, 'cached x', 0);
    answer(run, undefined, 1);
    run.succeed('a', 'fresh y', 1);
    expect(run.step('a').output).toEqual(['cached x', 'fresh y']);
    expect(run.last.cached).toMatchObject([{ label: 'y', output: '"fresh y"' }]);
  });

  test('is restored as it waits, and as it works', () => {
    const run = runOf(cached({ env: { A: '1' } }), { v: 1 });
    const restored = () => restoreState(run.plan, run.store.load()).steps;
    expect(restored()).toEqual(run.state.steps);
    answer(run, undefined);
    expect(restored()).toEqual(run.state.steps);
  });

  test('is held when the run is paused meanwhile, and looked up again afterwards', () => {
    const run = runOf(cached(), { v: 1 });
    run.send({ type: 'pause', by: 'ada', reason: null });
    answer(run, undefined);
    expect(run.wait('a', 'held').attempt).toBe(1);
    run.send({ type: 'resume', by: 'ada' });
    expect(run.wait('a', 'cache').attempt).toBe(1);
  });

  test('is ended with its run while it waits, and an answer that comes late is refused', () => {
    const run = runOf(cached(), { v: 1 });
    const key = keyOfWork(run.wait('a', 'cache'));
    run.cancel();
    expect(run.status).toBe('cancelled');
    expect(run.send({ type: 'cache_answer', key, hit: null })?.code).toBe('run_ended');
  });

  test('whose action puts its output together again does so for a hit as well: transitions see it', () => {
    const run = runOf(
      {
        steps: {
          a: { cache, next: [{ publish: [{ seen: '{{ result() }}' }], do: ['b'] }] },
          b: { input: { x: '{{ vars.seen }}' } },
        },
        vars: { seen: null },
      },
      { v: 1 },
    );
    answer(run, 7);
    expect(run.input('b')).toEqual({ x: 7 });
  });
});

describe('the key', () => {
  const keyFor = (step: StepText, input = { v: 1 }, more: Partial<WorkflowText> = {}): string | undefined =>
    keysOf(new RunDriver(planOf({ ...cached(step), ...more }), input))[0];

  test('is another one for another value, another action, schema or environment', () => {
    const keys = [
      keyFor({}),
      keyFor({}, { v: 2 }),
      keyFor({ inline: { type: 'shell', cmd: 'false' } }),
      keyFor({ env: { A: '1' } }),
      keyFor({ action: 'named' }, { v: 1 }, { actions: { named: {} } }),
      keyFor({ action: 'named' }, { v: 1 }, { actions: { named: { output: fields({ n: { type: 'integer' } }) } } }),
    ];
    expect(new Set(keys).size).toBe(5);
    // The first and the named action do the same; inline or not makes no difference.
    expect(keys[4]).toBe(keys[0]);
  });

  test('does not depend on what else the step is, nor on its name', () => {
    const plain = keyFor({});
    expect(keyFor({ retry: { attempts: 3 }, input: { other: 1 }, timeoutMs: 5 })).toBe(plain);
    expect(keysOf(new RunDriver(planOf({ steps: { other: { cache } } }), { v: 1 }))[0]).toBe(plain);
  });

  test.each([
    ['{{ input.no.such }}', 'missing_field'],
    ['{{ null }}', 'invalid_cache_key'],
    ['  ', 'invalid_cache_key'],
    ['{{ "x" | pad(1001) }}', 'invalid_cache_key'],
  ])('that is wrong fails the step, with the place: %s', (key, code) => {
    const places = { '/workflows/main/steps/a/cache/key': { file: 'a.yaml', line: 7, column: 9 } };
    const run = runOf({ ...cached({ cache: { key, ttlMs: 1 } }), places }, { v: 1 });
    const { status, error } = run.step('a');
    expect([status, error?.at]).toMatchObject(['failed', { file: 'a.yaml', line: 7 }]);
    if (code === 'invalid_cache_key') expect(error?.code).toBe(code);
  });
});
