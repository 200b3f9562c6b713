import { describe, expect, test } from 'vitest';
import { planOf, type StepText, to } from '../testing/build-plan.ts';
import { originOf, worker } from '../testing/run-driver.ts';
import { decide } from './decide.ts';
import type { Work } from './records.ts';
import { startRun } from './start-run.ts';
import type { ItemsPhase, RunState, Task } from './state.ts';

// Costs are counted, not timed: how often a decision touches the things of which there are many.

type Counter = { touched: number };

function counting<Item extends object>(items: Item, counter: Counter): Item {
  return new Proxy(items, {
    get(target, key, receiver) {
      counter.touched += 1;
      return Reflect.get(target, key, receiver) as unknown;
    },
    set(target, key, value, receiver) {
      counter.touched += 1;
      return Reflect.set(target, key, value, receiver);
    },
  });
}

class CountingMap extends Map<number, Task> {
  scanned = 0;

  override [Symbol.iterator]() {
    this.scanned += this.size;
    return super[Symbol.iterator]();
  }

  override entries() {
    this.scanned += this.size;
    return super.entries();
  }

  override values() {
    this.scanned += this.size;
    return super.values();
  }
}

const succeeded = { status: 'succeeded', output: 1, durationMs: 1 } as const;

function finish(plan: ReturnType<typeof planOf>, state: RunState, work: Work | undefined) {
  if (work === undefined) throw new Error('There is no work.');
  const decided = decide(plan, state, { type: 'attempt_finished', key: work, worker, result: succeeded }, 2_000);
  if ('rejection' in decided) throw new Error(decided.rejection.message);
  return decided;
}

/** How much of a for-each's lists the end of one item in the middle touches. */
function itemCost(total: number, step: StepText): number {
  const plan = planOf({ steps: { a: { forEach: 'input.list', input: { v: '{{ item }}' }, ...step } } });
  const counter = { touched: 0 };
  const list = Array.from({ length: total }, (_, index) => index);
  const { state, changes } = startRun(plan, originOf(plan), { list }, 1_000);
  const own = state.steps[0]?.open;
  const begun = own?.get(0);
  if (own === undefined || begun?.kind !== 'items') throw new Error('The for-each did not begin.');
  const open = new CountingMap(begun.open);
  const phase: ItemsPhase = {
    ...begun,
    open,
    values: counting(begun.values as readonly number[], counter),
    ended: counting(begun.ended, counter),
  };
  own.set(0, phase);
  const work = changes.work[Math.floor(changes.work.length / 2)];
  open.scanned = 0;
  const decided = finish(plan, state, work);
  const { attempts, work: started, workDone, waits, waitsDone, outbox } = decided.changes;
  const rows = [attempts, started, workDone, waits, waitsDone, outbox].reduce((sum, list) => sum + list.length, 0);
  return counter.touched + open.scanned + rows;
}

/** How many steps of a plan the end of one step touches. */
function stepCost(steps: number): number {
  const plan = planOf({
    steps: Object.fromEntries(
      Array.from({ length: steps }, (_, index) => [
        `s${index}`,
        index < 2 ? {} : { needs: index % 2 === 0 ? 's0' : 's1' },
      ]),
    ),
  });
  const counter = { touched: 0 };
  const first = startRun(plan, originOf(plan), {}, 1_000);
  const second = finish(plan, first.state, first.changes.work[0]);
  const state = { ...second.state, steps: counting(second.state.steps, counter) };
  finish(plan, state, second.changes.work[0]);
  return counter.touched;
}

describe('the end of one item', () => {
  test.each([
    ['all at once', { itemConcurrency: 100_000 }],
    ['with a concurrency', { itemConcurrency: 10 }],
  ])('costs the same among 100 items and among 100,000 (%s)', (_what, step) => {
    const few = itemCost(100, step);
    expect(few).toBeLessThan(20);
    expect(itemCost(100_000, step)).toBe(few);
  });
});

test('the end of one step touches the same number of steps in a plan of 20 and of 5,000', () => {
  const few = stepCost(20);
  expect(few).toBeLessThan(20);
  expect(stepCost(5_000)).toBe(few);
});

test('a chain of 5,000 steps that are all skipped needs no recursion', () => {
  const steps = Object.fromEntries(
    Array.from({ length: 5_000 }, (_, index) => [
      `s${index}`,
      index === 0 ? { when: 'false' } : { needs: `s${index - 1}` },
    ]),
  );
  const plan = planOf({ steps });
  const { state, changes } = startRun(plan, originOf(plan), {}, 1_000);
  expect(state.head.status).toBe('succeeded');
  expect(changes.attempts).toHaveLength(5_000);
});

test('100,000 items that all fail at once need no recursion', { timeout: 120_000 }, () => {
  const plan = planOf({ steps: { a: { forEach: 100_000, itemConcurrency: 5, input: { v: '{{ item.x }}' } } } });
  const { state } = startRun(plan, originOf(plan), {}, 1_000);
  expect(state.head).toMatchObject({ status: 'failed', error: { code: 'item_failed', step: 'a' } });
});

/** How many steps the end of each step touches while a plan of transitions runs to its end. */
function flowCosts(steps: Readonly<Record<string, StepText>>): readonly number[] {
  const plan = planOf({ steps });
  const counter = { touched: 0 };
  const started = startRun(plan, originOf(plan), {}, 1_000);
  const state: RunState = { ...started.state, steps: counting(started.state.steps, counter) };
  const costs: number[] = [];
  const queue = [...started.changes.work];
  for (const work of queue) {
    counter.touched = 0;
    const { changes } = finish(plan, state, work);
    if (state.head.status === 'running') costs.push(counter.touched);
    queue.push(...changes.work);
  }
  expect(state.head.status).toBe('succeeded');
  return costs;
}

const chain = (length: number): Readonly<Record<string, StepText>> =>
  Object.fromEntries(
    Array.from({ length }, (_, index) => {
      const next = [
        to(index + 1 < length ? `s${index + 1}` : 'noop', { when: 'succeeded()' }),
        to('fail', { when: 'failed()' }),
      ];
      return [`s${index}`, { next }];
    }),
  );

describe('the end of a step with transitions', () => {
  test('touches the same number of steps at each place of a chain, of 20 or of 5,000', () => {
    const few = flowCosts(chain(20));
    expect(new Set(few.slice(1)).size).toBe(1);
    expect(Math.max(...few)).toBeLessThan(40);
    for (const length of [200, 5_000]) expect(new Set(flowCosts(chain(length)))).toEqual(new Set(few));
  });

  test('touches the same number of steps whether 20 or 5,000 meet at one join', () => {
    const meeting = (count: number) =>
      flowCosts({
        ...Object.fromEntries(
          Array.from({ length: count }, (_, index) => {
            const next = [to('j', { when: 'succeeded()' }), to('fail', { when: 'failed()' })];
            return [`s${index}`, { next }];
          }),
        ),
        j: { join: 'all' },
      }).slice(0, count - 1);
    const few = Math.max(...meeting(20));
    expect(few).toBeLessThan(40);
    expect(Math.max(...meeting(5_000))).toBe(few);
  });
});

test('each iteration of a loop of 1,000 costs the same, in rows, in what the run remembers and in memory', () => {
  const plan = planOf({
    vars: { n: 100_000 },
    steps: {
      start: { next: [to('t')] },
      t: {
        maxIterations: 1_100,
        input: { n: '{{ vars.n }}' },
        next: [to('t', { when: 'vars.n < 101000', publish: [{ n: '{{ vars.n + 1 }}' }] })],
      },
    },
  });
  const first = startRun(plan, originOf(plan), {}, 1_000);
  let { state, changes } = finish(plan, first.state, first.changes.work[0]);
  const sizes = new Set<string>();
  for (let iteration = 0; iteration < 1_000; iteration++) {
    ({ state, changes } = finish(plan, state, changes.work[0]));
    const text = JSON.stringify(changes)
      .replaceAll(/"iteration":\d+/gu, '"iteration":0')
      .replaceAll(/\d{4,}/gu, '0');
    const memory = JSON.stringify(state, (_key, value: unknown) => (value instanceof Map ? value.size : value));
    sizes.add(`${text.length} ${memory.replaceAll(/\d+/gu, '0').length}`);
  }
  expect(state.head.status).toBe('running');
  expect(sizes.size).toBe(1);
  ({ state } = finish(plan, state, changes.work[0]));
  expect([state.head.status, state.steps[1]?.iterations]).toEqual(['succeeded', 1_001]);
});

test('a loop of 100,000 iterations that need no worker needs no recursion', () => {
  const plan = planOf({
    steps: {
      start: { next: [to('t')] },
      t: { inline: { type: 'wait', for: '0s' }, maxIterations: 100_000, next: [to('t')] },
    },
  });
  const first = startRun(plan, originOf(plan), {}, 1_000);
  const { state } = finish(plan, first.state, first.changes.work[0]);
  expect(state.head.error?.code).toBe('max_iterations');
});
