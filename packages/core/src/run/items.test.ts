import { describe, expect, test } from 'vitest';
import type { StepText } from '../testing/build-plan.ts';
import { runOf } from '../testing/run-driver.ts';
import { stopGraceOf } from './stop-task.ts';

const each = { forEach: 'input.list', input: { value: '{{ item }}', at: '{{ index }}', of: '{{ total }}' } };

describe('a for-each', () => {
  test('runs each item with item, index and total, and gives the list of outputs in item order', () => {
    const run = runOf({ steps: { a: each }, output: '{{ steps.a.output }}' }, { list: ['x', 'y', 'z'] });
    expect(run.input('a', 1)).toEqual({ value: 'y', at: 1, of: 3 });
    run.succeed('a', { n: 3 }, 2);
    run.succeed('a', null, 1);
    expect(run.step('a')).toMatchObject({ status: 'running', items: { total: 3, open: 1, succeeded: 2 } });
    run.succeed('a', 'first', 0);
    expect(run.step('a')).toMatchObject({ status: 'succeeded', output: ['first', null, { n: 3 }], attempts: 3 });
    expect(run.output).toEqual(['first', null, { n: 3 }]);
  });

  test.each([
    ['an empty list', [], 'succeeded', []],
    ['the count 0', 0, 'succeeded', []],
  ])('over %s has succeeded with []', (_what, list, status, output) => {
    const run = runOf({ steps: { a: each } }, { list });
    expect(run.step('a')).toMatchObject({ status, output });
    expect(run.status).toBe('succeeded');
  });

  test.each([
    ['a string', 'abc', 'a string: "abc"'],
    ['an object', { a: 1 }, 'an object: {"a":1}'],
    ['null', null, 'it is null: null'],
    ['true', true, 'a boolean: true'],
    ['a negative count', -1, 'a number: -1'],
    ['a fraction', 1.5, 'a number: 1.5'],
  ])('over %s fails and names the type', (_what, list, text) => {
    const at = { file: 'w.yaml', line: 3, column: 4 };
    const run = runOf({ steps: { a: each }, places: { '/workflows/main/steps/a/forEach': at } }, { list });
    expect(run.step('a')).toMatchObject({ status: 'failed', error: { code: 'not_a_list', at, retryable: false } });
    expect(run.step('a').error?.message).toContain(text);
  });

  test('takes a literal list with templates, and a count', () => {
    const list = runOf(
      { steps: { a: { forEach: ['{{ input.x }}', { y: '{{ input.x }}' }], input: { v: '{{ item }}' } } } },
      { x: 5 },
    );
    expect([list.input('a', 0), list.input('a', 1)]).toEqual([{ v: 5 }, { v: { y: 5 } }]);
    const count = runOf({ steps: { a: { forEach: 2, input: { v: '{{ item }}' } } } });
    expect([count.input('a', 0), count.input('a', 1)]).toEqual([{ v: 0 }, { v: 1 }]);
  });

  test('runs no more items at once than its concurrency', () => {
    const run = runOf({ steps: { a: { ...each, itemConcurrency: 2 } } }, { list: [1, 2, 3, 4] });
    expect(run.store.work.size).toBe(2);
    run.succeed('a', 1, 1);
    expect(run.input('a', 2)).toMatchObject({ value: 3 });
    expect(run.store.work.size).toBe(2);
    expect(run.step('a').items).toEqual({ total: 4, pending: 1, open: 2, succeeded: 1, failed: 0, cancelled: 0 });
  });

  test('without a concurrency has 2,000 items under way, and begins the next as one ends', () => {
    const run = runOf({ steps: { a: { forEach: 2_002, input: { at: '{{ index }}' } } } });
    expect(run.step('a').items).toMatchObject({ open: 2_000, pending: 2 });
    run.succeed('a', null, 1_500);
    expect(run.input('a', 2_000)).toEqual({ at: 2_000 });
    run.fail('a', {}, 0);
    expect(run.input('a', 2_001)).toEqual({ at: 2_001 });
    expect(run.step('a').items).toMatchObject({ open: 2_000, pending: 0, succeeded: 1, failed: 1 });
  });

  test.each<[string, StepText]>([
    ['a time', { inline: { type: 'wait', for: '1h' } }],
    ['a person', { inline: { type: 'approval', prompt: 'Go?' } }],
    ['a key', { concurrency: [{ key: 'k', limit: 1, whenFull: 'queue' }] }],
    ['a rate', { rateLimit: { key: 'r', limit: 1, perMs: 1_000 } }],
    ['its queue', { queue: 'slow' }],
  ])(
    "without a concurrency has all items under way that wait for %s, for they stand in nobody's way",
    (_what, step) => {
      const run = runOf({ queues: { slow: { name: 'slow', limit: 1 } }, steps: { a: { forEach: 2_500, ...step } } });
      expect(run.step('a').items).toMatchObject({ open: 2_500, pending: 0 });
    },
  );

  test('begins as many at once as it is told to, also more than that', () => {
    const run = runOf({ steps: { a: { forEach: 3_000, itemConcurrency: 2_500 } } });
    expect(run.step('a').items).toMatchObject({ open: 2_500, pending: 500 });
  });

  test('counts every item of many exactly once, and keeps their order', () => {
    const run = runOf({ steps: { a: { forEach: 500, itemConcurrency: 7, input: { v: '{{ item }}' } } } });
    for (let ended = 0; ended < 500; ended++) {
      const open = [...run.store.work.values()];
      const { item } = open[(ended * 31) % open.length] ?? { item: -1 };
      if (item % 10 === 3) run.fail('a', {}, item);
      else run.succeed('a', item, item);
      const { items } = run.step('a');
      expect(items).toMatchObject({ open: ended === 499 ? 0 : Math.min(7, 499 - ended), cancelled: 0 });
      expect((items?.succeeded ?? 0) + (items?.failed ?? 0)).toBe(ended + 1);
    }
    expect(run.step('a').items).toEqual({ total: 500, pending: 0, open: 0, succeeded: 450, failed: 50, cancelled: 0 });
    expect(run.step('a').output).toEqual(Array.from({ length: 500 }, (_, item) => (item % 10 === 3 ? null : item)));
  });

  test('with batch_size gives each step run the next so many values', () => {
    const run = runOf({ steps: { a: { ...each, batchSize: 2 } } }, { list: ['a', 'b', 'c'] });
    expect(run.input('a', 0)).toEqual({ value: ['a', 'b'], at: 0, of: 2 });
    expect(run.input('a', 1)).toEqual({ value: ['c'], at: 1, of: 2 });
    const count = runOf({ steps: { a: { ...each, batchSize: 2 } } }, { list: 3 });
    expect(count.input('a', 1)).toMatchObject({ value: [2] });
  });

  test('retries each item by itself', () => {
    const run = runOf({ steps: { a: { ...each, retry: { attempts: 2 } } } }, { list: [1, 2] });
    run.fail('a', {}, 0);
    expect(run.work('a', 0).attempt).toBe(2);
    run.succeed('a', 1, 0);
    run.succeed('a', 2, 1);
    expect(run.step('a')).toMatchObject({ status: 'succeeded', attempts: 3 });
  });

  test('whose items cannot render their input fails them without running anything', () => {
    const run = runOf(
      { steps: { a: { forEach: 'input.list', input: { v: '{{ item.name }}' } } } },
      { list: [{ name: 1 }, {}] },
    );
    run.succeed('a', 'ok', 0);
    expect(run.step('a')).toMatchObject({ status: 'failed', output: ['ok', null], error: { code: 'item_failed' } });
  });

  test('over more items than the limit fails with the limit in the message; the limit itself is fine', () => {
    const run = runOf({ steps: { a: each } }, { list: 1_000_001 });
    expect(run.step('a')).toMatchObject({ status: 'failed', error: { code: 'too_many_items', retryable: false } });
    expect(run.step('a').error?.message).toBe('A for_each may have 1000000 items; this one has 1000001.');
    const most = runOf({ steps: { a: { ...each, itemConcurrency: 1 } } }, { list: 1_000_000 });
    expect(most.step('a').items).toMatchObject({ total: 1_000_000, open: 1, pending: 999_999 });
  });
});

describe('when an item fails', () => {
  test('the others finish, then the step fails (finish)', () => {
    const run = runOf({ steps: { a: each, b: { needs: 'a' } } }, { list: [1, 2, 3] });
    run.fail('a', { message: 'Broken.' }, 1);
    expect(run.step('a').status).toBe('running');
    run.succeed('a', 1, 0);
    run.succeed('a', 3, 2);
    expect(run.step('a')).toMatchObject({ status: 'failed', reason: 'item_failed', output: [1, null, 3] });
    expect(run.step('a').error?.message).toBe('1 of 3 items failed. The first is item 1: Broken.');
    expect(run.step('b').reason).toBe('upstream_failed');
  });

  test('the rest is cancelled (stop)', () => {
    const run = runOf(
      { steps: { a: { ...each, onItemFailure: 'stop', itemConcurrency: 3 } } },
      { list: [1, 2, 3, 4, 5] },
    );
    run.lease('a', 0);
    run.fail('a', {}, 1);
    expect(run.last.workDone.map((key) => key.item)).toEqual([1, 2]);
    expect(run.last.workCancelled.map((key) => key.item)).toEqual([0]);
    expect(run.step('a')).toMatchObject({ status: 'running', items: { open: 1, failed: 1, cancelled: 1, pending: 2 } });
    run.succeed('a', 'done before it heard', 0);
    expect(run.step('a')).toMatchObject({ status: 'failed', reason: 'item_failed' });
    expect(run.step('a').items).toEqual({ total: 5, pending: 0, open: 0, succeeded: 1, failed: 1, cancelled: 3 });
    expect(run.step('a').output).toEqual(['done before it heard', null, null, null, null]);
  });

  test('and another one before that, the step tells of the first that failed by itself (stop)', () => {
    const run = runOf({ steps: { a: { ...each, onItemFailure: 'stop' } } }, { list: [1, 2, 3, 4] });
    run.succeed('a', 'well', 0);
    expect(run.step('a')).toMatchObject({ status: 'running', items: { open: 3, succeeded: 1, cancelled: 0 } });
    expect(run.last).toMatchObject({ waits: [], workCancelled: [] });
    run.lease('a', 1);
    run.lease('a', 3);
    run.fail('a', { message: 'Broken.' }, 2);
    expect(run.last.workCancelled.map((key) => key.item)).toEqual([1, 3]);
    run.fail('a', { message: 'It noticed.' }, 3);
    expect(run.last, 'who was asked is not asked again').toMatchObject({ waits: [], workCancelled: [] });
    run.finish('a', { status: 'cancelled', error: { code: 'cancelled', message: 'Stopped.' }, durationMs: 1 }, 1);
    expect(run.step('a')).toMatchObject({ status: 'failed', items: { succeeded: 1, failed: 1, cancelled: 2 } });
    expect(run.step('a').error).toMatchObject({
      message: '1 of 4 items failed. The first is item 2: Broken.',
      details: { item: 2, error: { message: 'Broken.' } },
    });
  });

  test('because its worker stopped it by itself, that is a failure', () => {
    const run = runOf({ steps: { a: each } }, { list: [1, 2] });
    run.finish('a', { status: 'cancelled', error: { code: 'cancelled', message: 'Enough.' }, durationMs: 1 }, 0);
    run.succeed('a', 2, 1);
    expect(run.step('a')).toMatchObject({ status: 'failed', items: { succeeded: 1, failed: 1, cancelled: 0 } });
    expect(run.step('a').error?.message).toBe('1 of 2 items failed. The first is item 0: Enough.');
  });

  test('the rest is ended by force when it does not stop (stop)', () => {
    const run = runOf({ steps: { a: { ...each, onItemFailure: 'stop' } } }, { list: [1, 2] });
    run.lease('a', 0);
    run.fail('a', {}, 1);
    const grace = { dueAt: run.now + stopGraceOf({}), document: '{"stop":"item_failed"}', attempt: 0, iteration: 0 };
    expect(run.wait('a', 'cancel_grace')).toMatchObject(grace);
    const late = run.work('a', 0);
    run.fire('a', 'cancel_grace');
    expect(run.step('a')).toMatchObject({ status: 'failed', items: { failed: 1, cancelled: 1 } });
    const result = { status: 'succeeded', output: 1, durationMs: 1 } as const;
    expect(run.send({ type: 'attempt_finished', key: late, worker: null, result })?.code).toBe('run_ended');
  });

  test('the step succeeds all the same (ignore)', () => {
    const run = runOf({ steps: { a: { ...each, onItemFailure: 'ignore' } } }, { list: [1, 2] });
    run.fail('a', {}, 0);
    run.succeed('a', 2, 1);
    expect(run.step('a')).toMatchObject({ status: 'succeeded', output: [null, 2], items: { failed: 1 } });
    expect(run.status).toBe('succeeded');
  });

  test('`steps.<name>.items` tells each one', () => {
    const run = runOf(
      {
        steps: { a: each, b: { needs: 'a', when: 'always()', input: { all: '{{ steps.a.items | map(it.status) }}' } } },
      },
      { list: [1, 2] },
    );
    run.succeed('a', 1, 0);
    run.fail('a', {}, 1);
    expect(run.input('b')).toEqual({ all: ['succeeded', 'failed'] });
  });
});
