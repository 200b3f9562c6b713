import { afterEach, describe, expect, test } from 'vitest';
import { HandWorker, settle, startTestEngine, type TestEngine } from '../test/test-engine.ts';

const yaml = `
workflows:
  two:
    input: { name: { type: string, default: World } }
    steps:
      first: { type: shell, cmd: "echo {{ input.name }}" }
      second: { type: shell, depends_on: [first], cmd: "echo {{ steps.first.output.word }}" }
    output: { word: "{{ steps.first.output.word }}" }
  retried:
    steps:
      only: { type: shell, cmd: "true", retry: { attempts: 3, delay: 10s } }
  parent:
    steps:
      child: { type: workflow, workflow: two, input: { name: Child } }
    output: { word: "{{ steps.child.output.word }}" }
  many:
    steps:
      each: { type: shell, cmd: "echo {{ item }}", for_each: [1, 2, 3, 4, 5, 6] }
  labelled:
    steps:
      only: { type: shell, cmd: "true", labels: [gpu] }
  later:
    steps:
      ask: { type: docker, image: "x:1" }
  calls-later:
    steps:
      child: { type: workflow, workflow: later }
  bounded:
    timeout: 1m
    steps:
      only: { type: shell, cmd: "sleep 1000" }
`;

let open: TestEngine | null = null;
const start = async (options?: Parameters<typeof startTestEngine>[1]) => {
  open = await startTestEngine(yaml, options);
  return open;
};
afterEach(async () => {
  await open?.stop();
  open = null;
});

describe('a run', () => {
  test('is handed to a worker that waits, step by step, and ends with its output', async () => {
    const { engine, worker, start: run, errors } = await start();
    const hand = worker('w');
    await hand.sync();
    const id = await run('two', { name: 'Ada' });
    await hand.sync();
    expect(hand.take('first')).toMatchObject({ run: id, attempt: 1, input: {}, workflow: 'two' });
    await hand.succeed('first', { word: 'hi' });
    await hand.succeed('second');
    const detail = await engine.getRun(id);
    expect(detail).toMatchObject({ run: { status: 'succeeded' }, output: { word: 'hi' }, input: { name: 'Ada' } });
    expect(detail.steps).toMatchObject({
      first: { status: 'succeeded', attempts: 1 },
      second: { status: 'succeeded' },
    });
    expect(errors).toEqual([]);
  });

  test('waits without a worker and is taken by the first that comes', async () => {
    const { worker, start: run, engine } = await start();
    const id = await run('two');
    expect((await engine.getRun(id)).steps).toMatchObject({ first: { status: 'ready' } });
    const hand = worker('late');
    await hand.sync();
    await hand.sync();
    expect(hand.take('first').run).toBe(id);
  });

  test('with a start key exists once', async () => {
    const { engine, start: run } = await start();
    const first = await run('two', {}, 'key');
    expect(await run('two', {}, 'key')).toBe(first);
    const both = await Promise.all(
      [1, 2].map(() =>
        engine.startRun({ workspace: 'test', workflow: 'two', input: {}, trigger: {}, startKey: 'race' }),
      ),
    );
    expect(both[0]?.run).toBe(both[1]?.run);
    expect(both.filter(({ created }) => created)).toHaveLength(1);
  });

  test('is refused when its input, workflow or workspace is wrong, and says what was expected', async () => {
    const { engine } = await start();
    const request = { workspace: 'test', workflow: 'two', input: { name: 5 }, trigger: {} };
    await expect(engine.startRun(request)).rejects.toMatchObject({
      code: 'invalid_input',
      details: { problems: [{ path: '/name', expected: expect.stringContaining('string') }] },
    });
    await expect(engine.startRun({ ...request, workflow: 'tow', input: {} })).rejects.toMatchObject({
      code: 'workflow_not_found',
      hint: expect.stringContaining('two'),
    });
    await expect(engine.startRun({ ...request, workspace: 'x' })).rejects.toMatchObject({
      code: 'workspace_not_found',
    });
  });

  test('of a workflow that this version cannot execute is refused with the place; other workflows go on', async () => {
    const { engine, start: run, statusOf } = await start();
    await expect(
      engine.startRun({ workspace: 'test', workflow: 'later', input: {}, trigger: {} }),
    ).rejects.toMatchObject({
      code: 'invalid_definition',
      message: expect.stringMatching(/\.workflows\/test\.yaml:\d+:\d+: .*docker/),
    });
    const parent = await run('calls-later');
    expect(await statusOf(parent)).toBe('failed');
    const [state] = await engine.store.workspaces.list();
    expect(state?.diagnostics).toMatchObject([{ severity: 'warning', code: 'not_supported_yet' }]);
  });

  test('that is cancelled tells the worker and ends when it has stopped', async () => {
    const { engine, worker, start: run, statusOf } = await start();
    const hand = worker('w');
    await hand.sync();
    const id = await run('two');
    await hand.sync();
    await engine.cancelRun(id, { by: 'me', reason: 'enough', force: false });
    await hand.sync();
    expect(hand.cancellations).toMatchObject([{ run: id, lost: false, force: false }]);
    expect(await statusOf(id)).toBe('running');
    const error = { code: 'cancelled', message: 'stopped' };
    await hand.sync([{ of: hand.take('first'), result: { status: 'cancelled', error, durationMs: 1 } }]);
    expect(await statusOf(id)).toBe('cancelled');
    await expect(engine.cancelRun(id, { by: 'me', reason: null, force: false })).rejects.toMatchObject({
      code: 'run_ended',
    });
  });

  test('that is cancelled by force ends at once, and the late result is refused', async () => {
    const { engine, worker, start: run, statusOf } = await start();
    const hand = worker('w');
    await hand.sync();
    const id = await run('two');
    await hand.sync();
    await engine.cancelRun(id, { by: 'me', reason: null, force: true });
    expect(await statusOf(id)).toBe('cancelled');
    await hand.succeed('first', { word: 'late' });
    expect(await statusOf(id)).toBe('cancelled');
    expect(engine.stats().staleReports).toBe(1);
    expect(hand.cancellations).toMatchObject([{ lost: true, force: true }]);
  });

  test('tries again after the delay of its retry, which holds no worker', async () => {
    const { worker, start: run, clock, engine, statusOf } = await start();
    const hand = worker('w');
    await hand.sync();
    const id = await run('retried');
    await hand.sync();
    await hand.fail('only');
    expect((await engine.getRun(id)).steps).toMatchObject({ only: { status: 'waiting' } });
    await hand.sync();
    expect(hand.take('only').attempt).toBe(1);
    await clock.advance(5_000);
    await hand.sync();
    await clock.advance(5_100);
    await hand.sync();
    await hand.sync();
    expect(hand.take('only').attempt).toBe(2);
    await hand.succeed('only');
    expect(await statusOf(id)).toBe('succeeded');
  });

  test('times out as a whole', async () => {
    const { worker, start: run, clock, statusOf } = await start();
    const hand = worker('w');
    await hand.sync();
    const id = await run('bounded');
    await hand.sync();
    for (let second = 0; second < 61; second += 3) {
      await clock.advance(3_000);
      await hand.sync();
    }
    expect(hand.cancellations).toMatchObject([{ run: id }]);
    const error = { code: 'cancelled', message: 'stopped' };
    await hand.sync([{ of: hand.take('only'), result: { status: 'cancelled', error, durationMs: 1 } }]);
    expect(await statusOf(id)).toBe('timed_out');
  });

  test('starts its child run and takes over its output', async () => {
    const { engine, worker, start: run } = await start();
    const hand = worker('w');
    await hand.sync();
    const id = await run('parent');
    await hand.sync();
    const child = hand.take('first');
    expect(child.run).not.toBe(id);
    await hand.succeed('first', { word: 'from child' });
    await hand.succeed('second');
    await settle();
    expect(await engine.getRun(id)).toMatchObject({ run: { status: 'succeeded' }, output: { word: 'from child' } });
    expect((await engine.getRun(child.run)).run.parent).toMatchObject({ run: id });
    expect(await engine.store.outbox.takeOld({ olderThanMs: -1, hideMs: 0, limit: 10 })).toEqual([]);
  });

  test('cancelled, cancels its child', async () => {
    const { engine, worker, start: run, statusOf } = await start();
    const hand = worker('w');
    await hand.sync();
    const id = await run('parent');
    await hand.sync();
    await engine.cancelRun(id, { by: 'me', reason: null, force: false });
    await settle();
    await hand.sync();
    const error = { code: 'cancelled', message: 'stopped' };
    await hand.sync([{ of: hand.take('first'), result: { status: 'cancelled', error, durationMs: 1 } }]);
    await settle();
    expect(await statusOf(hand.take('first').run)).toBe('cancelled');
    expect(await statusOf(id)).toBe('cancelled');
  });
});

describe('a worker', () => {
  test('gets an answer again when it was lost on the way', async () => {
    const { worker, start: run } = await start();
    const hand = worker('w');
    await hand.sync();
    await run('two');
    const lost = await hand.sync([], { lose: true });
    expect(lost.assignments).toHaveLength(1);
    await hand.sync();
    expect(hand.take('first').attempt).toBe(1);
    expect((await hand.sync()).assignments).toEqual([]);
  });

  test('may report twice; the second report changes nothing', async () => {
    const { engine, worker, start: run } = await start();
    const hand = worker('w');
    await hand.sync();
    const id = await run('two');
    await hand.sync();
    const of = hand.take('first');
    const result = { status: 'succeeded', output: { word: 'once' }, durationMs: 1 } as const;
    await Promise.all([
      hand.sync([{ of, result }]),
      hand.sync([{ of, result: { ...result, output: { word: 'twice' } } }]),
    ]);
    expect((await engine.getRun(id)).steps).toMatchObject({ first: { output: { word: 'once' }, attempts: 1 } });
    expect(engine.stats().staleReports).toBe(1);
  });

  test('that falls silent loses its attempts to another, and its late report is refused', async () => {
    const { engine, worker, start: run, clock, statusOf } = await start();
    const silent = worker('silent');
    await silent.sync();
    const id = await run('two');
    await silent.sync();
    const other = worker('other');
    for (let second = 0; second < 15; second += 1) {
      await clock.advance(1_000);
      await other.sync();
    }
    expect(other.take('first').attempt).toBe(2);
    await silent.succeed('first', { word: 'zombie' });
    expect((await engine.getRun(id)).steps).toMatchObject({ first: { status: 'running' } });
    await other.succeed('first', { word: 'mine' });
    await other.succeed('second');
    expect(await statusOf(id)).toBe('succeeded');
    expect((await engine.getRun(id)).output).toEqual({ word: 'mine' });
  });

  test('that lost what it was told is told again', async () => {
    const { worker, start: run } = await start();
    const hand = worker('w');
    await hand.sync();
    await run('two');
    await hand.sync();
    hand.assignments.length = 0; // It crashed and came back under the same id, say.
    await hand.sync([], { running: [] });
    await hand.sync([], { running: [] });
    await hand.sync();
    expect(hand.take('first').attempt).toBe(1);
  });

  test('that stops gives back what it was leased, and another takes the same attempt', async () => {
    const { worker, start: run } = await start();
    const leaving = worker('leaving');
    await leaving.sync();
    await run('two'); // leased on ready to the one that waits, but not told yet
    await leaving.sync([], { stopping: true });
    const other = worker('other');
    await other.sync();
    await other.sync();
    expect(other.take('first').attempt).toBe(1);
  });

  test('that stops and has given up what it had begun loses it: nobody begins the same attempt again', async () => {
    const { worker, start: run } = await start();
    const leaving = worker('leaving');
    await leaving.sync();
    await run('two');
    await leaving.sync();
    expect(leaving.take('first').attempt).toBe(1);
    await leaving.sync([], { stopping: true }); // Its lease was over by its own clock, so it stopped what it ran.
    const other = worker('other');
    await other.sync();
    await other.sync();
    expect(other.take('first').attempt).toBe(2);
  });

  test("that stops in the middle of an attempt does not fail it: the next attempt is another worker's", async () => {
    const { worker, start: run, statusOf } = await start();
    const leaving = worker('leaving');
    await leaving.sync();
    const id = await run('two');
    await leaving.sync();
    const error = { code: 'worker_stopped', message: 'The worker stops.' };
    await leaving.sync([{ of: leaving.take('first'), result: { status: 'failed', error, durationMs: 5 } }], {
      stopping: true,
    });
    await leaving.sync([], { stopping: true });
    expect(await statusOf(id)).toBe('running');
    const other = worker('other');
    await other.sync();
    await other.sync();
    expect(other.take('first').attempt).toBe(2);
  });

  test('without the labels of a step does not get it', async () => {
    const { worker, start: run } = await start();
    const plain = worker('plain');
    await plain.sync();
    await run('labelled');
    await plain.sync();
    expect(plain.assignments).toEqual([]);
    const gpu = worker('gpu', { labels: ['gpu', 'big'] });
    await gpu.sync();
    await gpu.sync();
    expect(gpu.take('only').attempt).toBe(1);
  });

  test('gets no more than its slots; the oldest work goes first', async () => {
    const { worker, start: run } = await start();
    const first = await run('many');
    const second = await run('two');
    const hand = worker('w', { slots: 2 });
    await hand.sync();
    await hand.sync();
    expect(hand.assignments.map(({ run: id, item }) => [id, item])).toEqual([
      [first, 0],
      [first, 1],
    ]);
    for (let item = 0; item < 6; item += 1) await hand.succeed('each', null, item);
    expect(hand.take('first').run).toBe(second);
  });
});

describe('several servers on one store', () => {
  test('a run started on one is executed by a worker of the other', async () => {
    const { another, start: run, statusOf, engine } = await start();
    const other = await another('second');
    const hand = new HandWorker(other.workers, 'w');
    await hand.sync();
    const id = await run('two');
    await settle();
    await hand.sync();
    await hand.succeed('first', { word: 'x' });
    await hand.succeed('second');
    expect(await statusOf(id)).toBe('succeeded');
    expect(await engine.waitForRun(id)).toBe('succeeded');
  });

  test('a worker that changes servers keeps its attempt and is answered rightly from an outdated copy', async () => {
    const { another, start: run, statusOf, engine } = await start();
    const other = await another('second');
    const here = new HandWorker(engine.workers, 'w');
    await here.sync();
    const id = await run('retried'); // the first server holds a copy of the run from now on
    await here.sync();
    const there = new HandWorker(other.workers, 'w');
    there.assignments.push(...here.assignments);
    await there.fail('only'); // the second server moves the run on
    await open?.clock.advance(11_000);
    await here.sync();
    await there.sync();
    const holder = here.assignments.some(({ attempt }) => attempt === 2) ? here : there;
    await holder.succeed('only');
    expect(await statusOf(id)).toBe('succeeded');
  });

  test('cancelling on one reaches the worker of the other', async () => {
    const { another, start: run, engine } = await start();
    const other = await another('second');
    const hand = new HandWorker(other.workers, 'w');
    await hand.sync();
    const id = await run('two');
    await settle();
    await hand.sync();
    await engine.cancelRun(id, { by: 'me', reason: null, force: false });
    await settle();
    await hand.sync();
    expect(hand.cancellations).toMatchObject([{ run: id }]);
  });
});

describe('a store that fails', () => {
  test('loses nothing: commits whose answer was lost are found out, work that was leased is handed over', async () => {
    let fail = 0;
    const {
      worker,
      start: run,
      statusOf,
      clock,
      errors,
      engine,
    } = await start({
      wrap: (store) => ({
        ...store,
        runs: {
          ...store.runs,
          async commit(batch, hint) {
            const outcome = await store.runs.commit(batch, hint);
            if (fail > 0) {
              fail -= 1;
              throw new Error('The connection was lost after the commit.');
            }
            return outcome;
          },
        },
      }),
    });
    const hand = worker('w');
    await hand.sync();
    fail = 1;
    await expect(
      engine.startRun({ workspace: 'test', workflow: 'two', input: {}, trigger: {}, startKey: 'k' }),
    ).rejects.toThrow('lost');
    const id = await run('two', {}, 'k');
    await clock.advance(3_000);
    await hand.sync();
    const of = hand.take('first');
    fail = 1;
    const result = { status: 'succeeded', output: { word: 'w' }, durationMs: 1 } as const;
    await expect(hand.sync([{ of, result }])).rejects.toThrow('lost');
    await hand.sync([{ of, result }]);
    await clock.advance(3_000);
    await hand.sync();
    await hand.succeed('second');
    expect(await statusOf(id)).toBe('succeeded');
    expect(errors.length).toBeGreaterThan(0);
  });

  test('work that was claimed for a worker by a claim whose answer was lost is handed over', async () => {
    let fail = true;
    const {
      worker,
      start: run,
      statusOf,
      clock,
    } = await start({
      wrap: (store) => ({
        ...store,
        work: {
          ...store.work,
          async claim(request) {
            const claimed = await store.work.claim(request);
            if (!fail || claimed.length === 0) return claimed;
            fail = false;
            throw new Error('The connection was lost after the claim.');
          },
        },
      }),
    });
    const id = await run('retried');
    const hand = worker('w');
    await hand.sync();
    expect(fail).toBe(false);
    await hand.sync();
    expect(hand.assignments).toEqual([]);
    await clock.advance(2_000);
    await hand.sync();
    await hand.succeed('only');
    expect(await statusOf(id)).toBe('succeeded');
  });

  test('a result that is told twice is not confirmed while its commit may still fail', async () => {
    let fail = false;
    let holdLoads: Promise<void> | null = null;
    const {
      engine,
      worker,
      start: run,
    } = await start({
      settings: { cachedRuns: 0 },
      wrap: (store) => ({
        ...store,
        runs: {
          ...store.runs,
          async load(ids) {
            await holdLoads;
            return store.runs.load(ids);
          },
          async commit(batch, hint) {
            if (fail) throw new Error('The store is gone.');
            return store.runs.commit(batch, hint);
          },
        },
      }),
    });
    const hand = worker('w');
    await hand.sync();
    const id = await run('retried');
    await hand.sync();
    const of = hand.take('only');
    fail = true;
    const letLoad = Promise.withResolvers<void>();
    holdLoads = letLoad.promise;
    const result = { status: 'succeeded', output: null, durationMs: 1 } as const;
    const told = Promise.allSettled([hand.sync([{ of, result }]), hand.sync([{ of, result }])]);
    await settle();
    letLoad.resolve();
    expect((await told).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect((await engine.getRun(id)).run.status).toBe('running');
  });
});

describe('a worker', () => {
  test('that another server reaped gets nothing from a server that still remembers it', async () => {
    const { engine, another, start: run, clock } = await start();
    const other = await another('second');
    const here = new HandWorker(engine.workers, 'w');
    await here.sync();
    await new HandWorker(other.workers, 'w').sync();
    await clock.advance(13_000); // silent for longer than its lease: reaped by one of the two
    expect([engine, other].map((one) => one.stats().connectedWorkers)).toEqual([0, 0]);
    const id = await run('retried');
    expect((await engine.getRun(id)).steps).toMatchObject({ only: { status: 'ready' } });
  });

  test('that misses an attempt twice has given it up, so another attempt takes its place', async () => {
    const { worker, start: run, clock, engine } = await start();
    const hand = worker('w');
    await hand.sync();
    const id = await run('retried');
    await hand.sync();
    expect(hand.take('only').attempt).toBe(1);
    for (let call = 0; call < 4; call += 1) {
      await hand.sync([], { running: [] });
      await clock.advance(1_000);
    }
    await hand.sync();
    expect((await engine.getRun(id)).steps).toMatchObject({ only: { attempts: 2 } });
    expect(hand.take('only').attempt).toBe(2);
  });
});

describe('the loops', () => {
  test('tell how long they have been without success', async () => {
    let fail = false;
    const { engine, clock } = await start({
      wrap: (store) => ({
        ...store,
        waits: {
          ...store.waits,
          takeDue: (request) => (fail ? Promise.reject(new Error('away')) : store.waits.takeDue(request)),
        },
      }),
    });
    await clock.advance(10_000);
    expect(Math.max(...Object.values(engine.stats().loopSilenceMs))).toBeLessThan(5_000);
    fail = true;
    await clock.advance(70_000);
    const { timers, ...others } = engine.stats().loopSilenceMs;
    expect(timers).toBeGreaterThan(60_000);
    expect(Math.max(...Object.values(others))).toBeLessThan(5_000);
  });
});
