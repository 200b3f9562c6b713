import type { RunId } from '@millrace/core';
import { afterEach, describe, expect, test } from 'vitest';
import { type HandWorker, settle, startTestEngine, type TestEngine } from '../../test/test-engine.ts';

const yaml = `
queues:
  slow: { limit: 2, description: Long jobs. }
workflows:
  release:
    concurrency: { key: release }
    timeout: 1m
    steps:
      ship: { type: shell, cmd: "true", concurrency: { key: release } }
      tell: { type: shell, cmd: "true", depends_on: [ship] }
  skips:
    concurrency: { key: release, when_full: skip }
    steps:
      ship: { type: shell, cmd: "true" }
  newest:
    concurrency: { key: "newest {{ input.branch }}", when_full: cancel_oldest }
    input: { branch: { type: string, default: main } }
    steps:
      test: { type: shell, cmd: "true" }
  migrate:
    steps:
      lock: { type: shell, cmd: "true", concurrency: [{ key: db }, { key: disk, limit: 2 }] }
      after: { type: shell, cmd: "true", depends_on: [lock] }
  backup:
    steps:
      lock: { type: shell, cmd: "true", concurrency: [{ key: db, when_full: skip }] }
      after: { type: shell, cmd: "true", depends_on: [lock] }
      always: { type: shell, cmd: "true", depends_on: [lock], when: "skipped()" }
  items:
    steps:
      each: { type: shell, cmd: "true", for_each: 5, concurrency: { key: "{{ item % 2 }}" } }
  calls:
    steps:
      each: { type: shell, cmd: "true", for_each: 5, rate_limit: { key: api, limit: 2, per: 10s } }
  slow:
    steps:
      each: { type: shell, cmd: "true", for_each: 5, queue: slow }
  retried:
    steps:
      lock: { type: shell, cmd: "true", concurrency: { key: db }, retry: { attempts: 2, delay: 1s } }
  hasty:
    steps:
      lock: { type: shell, cmd: "true", concurrency: { key: db }, queue_timeout: 5s }
  parent:
    concurrency: { key: release }
    steps:
      child: { type: workflow, workflow: release }
  one-way:
    concurrency: { key: a }
    steps:
      first: { type: shell, cmd: "true" }
      second: { type: shell, cmd: "true", depends_on: [first], concurrency: { key: b } }
  other-way:
    concurrency: { key: b }
    steps:
      first: { type: shell, cmd: "true" }
      second: { type: shell, cmd: "true", depends_on: [first], concurrency: { key: a } }
  flood:
    steps:
      each: { type: shell, cmd: "true", for_each: 100, priority: 9 }
  night:
    steps:
      only: { type: shell, cmd: "true", queue: night }
  urgent:
    priority: 20
    steps:
      only: { type: shell, cmd: "true", queue: night, priority: 30 }
  wrong-key:
    concurrency: { key: "{{ input.names }}" }
    input: { names: { type: array, default: [a] } }
    steps:
      only: { type: shell, cmd: "true" }
`;

let open: TestEngine | null = null;
const begin = async (options?: Parameters<typeof startTestEngine>[1]) => {
  open = await startTestEngine(yaml, options);
  const hand = open.worker('w', { slots: 20 });
  await hand.sync();
  const { clock } = open;
  /** Lets time go by, with a worker that is heard of. */
  const pass = async (ms: number) => {
    for (let left = ms; left > 0; left -= 2_000) {
      await clock.advance(Math.min(left, 2_000));
      await hand.sync();
    }
  };
  return { ...open, hand, pass };
};
afterEach(async () => {
  expect(open?.errors ?? []).toEqual([]);
  await open?.stop();
  open = null;
});

const got = (hand: HandWorker, step: string): readonly number[] =>
  hand.assignments.filter(({ stepName }) => stepName === step).map(({ item }) => item);
const runsOf = (hand: HandWorker, step: string): readonly RunId[] =>
  hand.assignments.filter(({ stepName }) => stepName === step).map(({ run }) => run);

describe('a workflow with a concurrency key', () => {
  test('begins one run after the other, and its steps do not wait for the key that their run holds', async () => {
    const { engine, start, hand, statusOf, clock, pass } = await begin();
    const [one, two] = [await start('release'), await start('release')];
    expect([await statusOf(one), await statusOf(two)]).toEqual(['running', 'queued']);
    const queued = await engine.getRun(two);
    expect(queued.run.startedAt).toBeNull();
    expect(queued.steps).toMatchObject({ ship: { status: 'pending' } });
    await pass(50_000);
    expect(runsOf(hand, 'ship')).toEqual([one]);
    await hand.succeed('ship');
    await hand.succeed('tell');
    expect([await statusOf(one), await statusOf(two)]).toEqual(['succeeded', 'running']);
    expect((await engine.getRun(two)).run.startedAt).toBe(clock.now());
    // The timeout of a run counts from its beginning, not from its start.
    await pass(58_000);
    expect((await engine.getRun(two)).steps).toMatchObject({ ship: { status: 'running' } });
    expect(hand.cancellations).toEqual([]);
    await pass(4_000);
    const stopped = { status: 'cancelled', error: { code: 'c', message: 'C' }, durationMs: 1 } as const;
    await hand.sync([{ of: hand.take('ship'), result: stopped }]);
    expect(await statusOf(two)).toBe('timed_out');
  });

  test('skip: the run ends at once and says why', async () => {
    const { engine, start, statusOf } = await begin();
    const one = await start('release');
    const two = await start('skips');
    expect((await engine.getRun(two)).run).toMatchObject({
      status: 'cancelled',
      startedAt: null,
      error: { code: 'concurrency_skipped', message: expect.stringContaining('release') },
    });
    expect((await engine.getRun(two)).steps).toMatchObject({ ship: { status: 'cancelled', reason: 'run_cancelled' } });
    expect(await statusOf(one)).toBe('running');
  });

  test('cancel_oldest: the newest run takes the place of the oldest, and of those in between', async () => {
    const { engine, start, hand, statusOf } = await begin();
    const one = await start('newest');
    await hand.sync();
    const elsewhere = await start('newest', { branch: 'dev' });
    const [two, three] = [await start('newest'), await start('newest')];
    await settle();
    expect(await statusOf(elsewhere)).toBe('running');
    expect((await engine.getRun(two)).run).toMatchObject({
      status: 'cancelled',
      error: { code: 'concurrency_superseded', message: expect.stringContaining(three) },
    });
    expect([await statusOf(one), await statusOf(three)]).toEqual(['running', 'queued']);
    await hand.sync();
    const stopped = { status: 'cancelled', error: { code: 'cancelled', message: 'stopped' }, durationMs: 1 } as const;
    const test = hand.assignments.find(({ run }) => run === one);
    if (test === undefined) throw new Error('The first run was never at work.');
    await hand.sync([{ of: test, result: stopped }]);
    expect((await engine.getRun(one)).run).toMatchObject({
      status: 'cancelled',
      error: { message: expect.stringContaining('cancel_oldest') },
    });
    expect(await statusOf(three)).toBe('running');
  });

  test('a queued run can be cancelled, and the one behind it goes on', async () => {
    const { engine, start, statusOf, store } = await begin();
    const [one, two, three] = [await start('release'), await start('release'), await start('release')];
    await engine.cancelRun(two, { by: 'ada', reason: null, force: false });
    expect(await statusOf(two)).toBe('cancelled');
    await engine.cancelRun(one, { by: 'ada', reason: null, force: true });
    await settle();
    expect(await statusOf(three)).toBe('running');
    expect(await store.slots.sweep()).toEqual([]);
  });

  test('a child run does not wait for what its parent holds', async () => {
    const { start, hand, statusOf } = await begin();
    const parent = await start('parent');
    const other = await start('release');
    await hand.sync();
    await hand.succeed('ship');
    await hand.succeed('tell');
    await settle();
    expect([await statusOf(parent), await statusOf(other)]).toEqual(['succeeded', 'running']);
  });

  test('a key that is no text fails the run with its place', async () => {
    const { engine, start } = await begin();
    const run = await start('wrong-key');
    expect((await engine.getRun(run)).run).toMatchObject({
      status: 'failed',
      error: { code: 'invalid_key', message: expect.stringContaining('concurrency.key') },
    });
  });

  test('two runs that wait for each other are told so, and the younger step fails', async () => {
    const { engine, start, hand, pass, statusOf } = await begin();
    const [one, two] = [await start('one-way'), await start('other-way')];
    await hand.sync();
    for (const of of hand.assignments)
      await hand.sync([{ of, result: { status: 'succeeded', output: null, durationMs: 1 } }]);
    expect((await engine.getRun(one)).steps).toMatchObject({ second: { status: 'waiting' } });
    await pass(6_000);
    expect((await engine.getRun(two)).run).toMatchObject({
      status: 'failed',
      error: { code: 'limit_circle', step: 'second' },
    });
    await hand.succeed('second');
    expect(await statusOf(one)).toBe('succeeded');
  });
});

describe('a step with concurrency keys', () => {
  test('waits for all of them together; who skips is no failure for the steps behind', async () => {
    const { engine, start, hand, statusOf } = await begin();
    const one = await start('migrate');
    const two = await start('migrate');
    const three = await start('backup');
    await hand.sync();
    expect(runsOf(hand, 'lock')).toEqual([one]);
    expect((await engine.getRun(two)).steps).toMatchObject({ lock: { status: 'waiting', attempts: 1 } });
    expect((await engine.getRun(three)).steps).toMatchObject({
      lock: { status: 'skipped', reason: 'limit_full', error: { code: 'concurrency_skipped' } },
      after: { status: 'skipped', reason: 'upstream_skipped' },
    });
    await hand.succeed('always');
    expect(await statusOf(three)).toBe('succeeded');
    await hand.succeed('lock');
    expect(runsOf(hand, 'lock')).toEqual([one, two]);
  });

  test('lets go between attempts, and when its worker is lost', async () => {
    const { start, hand, clock, statusOf } = await begin();
    const one = await start('retried');
    const two = await start('migrate');
    await hand.sync();
    await hand.fail('lock');
    expect(runsOf(hand, 'lock')).toEqual([one, two]);
    await clock.advance(1_500);
    expect(await statusOf(one)).toBe('running');
    await hand.succeed('lock');
    expect(runsOf(hand, 'lock')).toEqual([one, two, one]);
  });

  test('counts each item by its own key', async () => {
    const { start, hand } = await begin();
    await start('items');
    await hand.sync();
    expect(got(hand, 'each')).toEqual([0, 1]);
    await hand.succeed('each', null, 0);
    await hand.succeed('each', null, 1);
    expect(got(hand, 'each')).toEqual([0, 1, 2, 3]);
  });

  test('gives up when its queue_timeout is over', async () => {
    const { engine, start, hand, clock } = await begin();
    await start('migrate');
    await hand.sync();
    const hasty = await start('hasty');
    await clock.advance(6_000);
    expect((await engine.getRun(hasty)).steps).toMatchObject({
      lock: {
        status: 'timed_out',
        reason: 'queue_timed_out',
        error: { message: expect.stringContaining('concurrency db') },
      },
    });
  });
});

describe('a pause', () => {
  test('of a run holds its ready steps without their slots; they ask again when it is resumed', async () => {
    const { engine, start, hand, statusOf } = await begin();
    await hand.sync([], { stopping: true });
    const one = await start('migrate');
    const two = await start('migrate');
    await engine.pauseRun(one, { by: 'ada', reason: null });
    await settle();
    expect((await engine.getRun(two)).steps).toMatchObject({ lock: { status: 'ready' } });
    await engine.resumeRun(one, { by: 'ada' });
    await settle();
    expect((await engine.getRun(one)).steps).toMatchObject({ lock: { status: 'waiting' } });
    await engine.cancelRun(two, { by: 'ada', reason: null, force: false });
    await settle();
    expect((await engine.getRun(one)).steps).toMatchObject({ lock: { status: 'ready' } });
    expect(await statusOf(two)).toBe('cancelled');
  });

  test('of a queued run does not cost it its place; it begins paused, and its timeout counts when it is resumed', async () => {
    const { engine, start, hand, statusOf, pass, clock } = await begin();
    const one = await start('release');
    const two = await start('release');
    await engine.pauseRun(two, { by: 'ada', reason: null });
    expect(await statusOf(two)).toBe('paused');
    await engine.resumeRun(two, { by: 'ada' });
    expect(await statusOf(two)).toBe('queued');
    await engine.pauseRun(two, { by: 'ada', reason: null });
    await pass(20_000);
    await engine.cancelRun(one, { by: 'ada', reason: null, force: true });
    await settle();
    expect((await engine.getRun(two)).run).toMatchObject({ status: 'paused', startedAt: clock.now() });
    await pass(100_000);
    await engine.resumeRun(two, { by: 'ada' });
    await pass(58_000);
    expect(hand.cancellations.filter(({ run }) => run === two)).toEqual([]);
    await pass(4_000);
    expect(hand.cancellations.filter(({ run }) => run === two)).toHaveLength(1);
  });
});

test('a rate lets so many attempts begin in any span, by the clock of the store', async () => {
  const { start, hand, pass } = await begin();
  await start('calls');
  await hand.sync();
  expect(got(hand, 'each')).toEqual([0, 1]);
  await hand.succeed('each', null, 0);
  await pass(9_000);
  expect(got(hand, 'each')).toEqual([0, 1]);
  await pass(1_500);
  expect(got(hand, 'each')).toEqual([0, 1, 2, 3]);
});

test('a queue has at most so many attempts under way, over all runs and workers', async () => {
  const { start, hand, worker } = await begin();
  const second = worker('second');
  await second.sync();
  await start('slow');
  await start('slow');
  await hand.sync();
  await second.sync();
  expect(got(hand, 'each').length + got(second, 'each').length).toBe(2);
});

test('what a dead server has asked for or decided is seen to by another', async () => {
  const { another, start, engine, hand, clock, statusOf, store } = await begin();
  const one = await start('release');
  const two = await start('release');
  await engine.stop();
  const other = await another('second');
  await other.cancelRun(one, { by: 'ada', reason: null, force: true });
  await settle();
  expect(await statusOf(two)).toBe('running');
  const three = (await other.startRun({ workspace: 'test', workflow: 'release', input: {}, trigger: {} })).run;
  await other.stop();
  // Nobody tells the run that it has its slots: the server has stopped.
  const cancelled = await store.slots.untold({ olderThanMs: 0, limit: 10 });
  expect(cancelled).toEqual([]);
  const last = await another('third');
  await last.cancelRun(two, { by: 'ada', reason: null, force: true });
  await clock.advance(5_000);
  expect((await last.getRun(three)).run.status).toBe('running');
  expect(hand.assignments).toHaveLength(0);
});

describe('workers that are busy', () => {
  test('are shared between queues: a flood of one does not delay the other', async () => {
    const { start, worker, hand } = await begin({ settings: { maxLineAhead: 0 } });
    await hand.sync([], { stopping: true });
    await start('flood');
    const night = await start('night');
    const single = worker('single', { slots: 1 });
    await single.sync();
    await single.sync();
    await single.succeed('each', null, 0);
    expect(single.assignments.map(({ stepName, item }) => `${stepName} ${item}`)).toEqual(['each 0', 'only -1']);
    expect(single.assignments[1]?.run).toBe(night);
    await single.succeed('only');
    expect(got(single, 'each')).toEqual([0, 1]);
  });

  test('take the higher priority first within a share, then the older one', async () => {
    const { start, engine, worker, hand } = await begin();
    await hand.sync([], { stopping: true });
    const runs: RunId[] = [];
    for (const priority of [0, 0, 5, -3]) {
      const request = { workspace: 'test', workflow: 'night', input: {}, trigger: {}, priority };
      runs.push((await engine.startRun(request)).run);
    }
    const urgent = await start('urgent');
    const single = worker('single', { slots: 1 });
    await single.sync();
    await single.sync();
    for (let turn = 0; turn < 4; turn++) await single.succeed('only');
    const [first, second, high, low] = runs;
    expect(runsOf(single, 'only')).toEqual([urgent, high, first, second, low]);
  });
});
