import { describe, expect, test } from 'vitest';
import { planOf, type StepText } from '../testing/build-plan.ts';
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
  const own = state.steps[0];
  if (own?.phase.kind !== 'items') throw new Error('The for-each did not begin.');
  const open = new CountingMap(own.phase.open);
  const phase: ItemsPhase = {
    ...own.phase,
    open,
    values: counting(own.phase.values as readonly number[], counter),
    ended: counting(own.phase.ended, counter),
  };
  own.phase = phase;
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
    ['without a limit', {}],
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

test('100,000 items that all fail at once need no recursion', () => {
  const plan = planOf({ steps: { a: { forEach: 100_000, itemConcurrency: 5, input: { v: '{{ item.x }}' } } } });
  const { state } = startRun(plan, originOf(plan), {}, 1_000);
  expect(state.head).toMatchObject({ status: 'failed', error: { code: 'item_failed', step: 'a' } });
});
