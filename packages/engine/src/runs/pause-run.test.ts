import { MillraceError, type RunId } from '@millrace/core';
import { afterEach, describe, expect, test } from 'vitest';
import { createGate } from '../../test/explaining-engine.ts';
import { HandWorker, settle, startTestEngine, type TestEngine } from '../../test/test-engine.ts';

const yaml = `
workflows:
  one:
    steps:
      only: { type: shell, cmd: "true" }
  two:
    steps:
      first: { type: shell, cmd: "true" }
      second: { type: shell, cmd: "true", depends_on: [first] }
  parent:
    steps:
      child: { type: workflow, workflow: one }
  many:
    steps:
      each: { type: shell, cmd: "true", for_each: 3 }
`;

let test_: TestEngine | null = null;
const start = async (options?: Parameters<typeof startTestEngine>[1]) => {
  test_ = await startTestEngine(yaml, options);
  return test_;
};
afterEach(async () => {
  expect(test_?.errors ?? []).toEqual([]);
  await test_?.stop();
  test_ = null;
});

const ada = { by: 'ada', reason: null };
const waits = async ({ store }: TestEngine, run: RunId) =>
  (await store.runs.load([run]))[0]?.waits.map(({ kind }) => kind);
const childOf = async ({ store }: TestEngine, run: RunId): Promise<RunId> => {
  const [child] = await store.runs.liveChildren(run);
  if (child === undefined) throw new Error(`Run ${run} has no child.`);
  return child;
};

describe('pausing', () => {
  test('withdraws ready work, and resuming gives it to a worker', async () => {
    const it = await start();
    const run = await it.start('two');
    expect(await it.engine.pauseRun(run, ada)).toEqual({ status: 'paused' });
    const hand = it.worker('w');
    await hand.sync();
    await hand.sync();
    expect(hand.assignments).toEqual([]);
    expect(await waits(it, run)).toEqual(['held']);
    expect(await it.engine.resumeRun(run, { by: 'ada' })).toEqual({ status: 'running' });
    await hand.sync();
    await hand.succeed('first');
    await hand.succeed('second');
    expect(await it.statusOf(run)).toBe('succeeded');
  });

  test('lets go on what a worker holds', async () => {
    const it = await start();
    const hand = it.worker('w');
    await hand.sync();
    const run = await it.start('two');
    await hand.sync();
    await it.engine.pauseRun(run, ada);
    await hand.succeed('first');
    expect(hand.assignments.map(({ stepName }) => stepName)).toEqual(['first']);
    expect((await it.engine.getRun(run)).steps).toMatchObject({
      first: { status: 'succeeded' },
      second: { status: 'waiting' },
    });
  });

  test('leaves to another server what its worker takes while the pause is committed', async () => {
    const commits = createGate();
    const it = await start({ wrap: commits.wrap });
    const run = await it.start('many');
    commits.close((commit) => commit.changes.workHeld.length > 0);
    const pausing = it.engine.pauseRun(run, ada);
    await settle();
    const other = await it.another('second');
    const quick = new HandWorker(other.workers, 'quick', { slots: 1 });
    await quick.sync();
    await quick.sync();
    expect(quick.assignments).toHaveLength(1);
    await commits.open();
    expect(await pausing).toEqual({ status: 'paused' });
    expect((await waits(it, run))?.filter((kind) => kind === 'held')).toHaveLength(2);
    await quick.succeed('each', 'mine', 0);
    expect((await it.engine.getRun(run)).steps.each).toMatchObject({ items: { succeeded: 1, open: 2 } });
    await it.engine.resumeRun(run, { by: 'ada' });
    await settle();
    await quick.sync();
    await quick.sync();
    expect(quick.assignments.map(({ item }) => item).sort()).toEqual([0, 1, 2]);
    expect(quick.assignments.every(({ attempt }) => attempt === 1)).toBe(true);
  });

  test('holds what a worker gives back meanwhile, whoever claims it', async () => {
    const it = await start();
    const leaving = it.worker('leaving');
    await leaving.sync();
    const run = await it.start('one');
    await leaving.sync();
    const staying = it.worker('staying');
    await staying.sync();
    await it.engine.pauseRun(run, ada);
    await leaving.sync([], { returned: [leaving.take('only')] });
    await settle();
    await staying.sync();
    expect(staying.assignments).toEqual([]);
    expect(await waits(it, run)).toEqual(['held']);
    await it.engine.resumeRun(run, { by: 'ada' });
    await leaving.sync([], { stopping: true });
    await staying.sync();
    expect(staying.take('only').attempt).toBe(1);
    await staying.succeed('only');
    expect(await it.statusOf(run)).toBe('succeeded');
  });

  test.each([
    ['the answer to that was lost', true],
    ['that was never carried out', false],
  ])('gives nobody what it was to hold when %s', async (_, carriedOut) => {
    const lost = new MillraceError('store_unavailable', 'The answer was lost.');
    let losing = false;
    const it = await start({
      wrap: (store) => ({
        ...store,
        runs: {
          ...store.runs,
          async commit(batch, hint) {
            const holds = batch.some(({ changes }) => changes.waits.some(({ kind }) => kind === 'held'));
            if (!losing || !holds) return store.runs.commit(batch, hint);
            losing = false;
            if (carriedOut) await store.runs.commit(batch, hint);
            throw lost;
          },
        },
      }),
    });
    const leaving = it.worker('leaving');
    await leaving.sync();
    const run = await it.start('one');
    await leaving.sync();
    const staying = it.worker('staying');
    await staying.sync();
    await it.engine.pauseRun(run, ada);
    losing = true;
    await leaving.sync([], { returned: [leaving.take('only')], stopping: true });
    await staying.sync();
    expect(it.errors.splice(0)).toEqual([lost, lost]);
    // The worker is compared with the store at the next look at leases.
    await it.clock.advance(3_000);
    await staying.sync();
    expect([losing, await waits(it, run)]).toEqual([false, ['held']]);
    await staying.sync();
    expect(staying.assignments).toEqual([]);
    await it.engine.resumeRun(run, { by: 'ada' });
    await settle();
    await staying.sync();
    await staying.succeed('only');
    expect(await it.statusOf(run)).toBe('succeeded');
  });

  test('twice, of a run that is being stopped, or of one that has ended is refused, and so is resuming one that goes on', async () => {
    const it = await start();
    const hand = it.worker('w');
    await hand.sync();
    const run = await it.start('one');
    await hand.sync();
    await expect(it.engine.resumeRun(run, { by: 'ada' })).rejects.toMatchObject({ code: 'run_not_paused' });
    await it.engine.pauseRun(run, ada);
    await expect(it.engine.pauseRun(run, ada)).rejects.toMatchObject({
      code: 'run_paused',
      hint: `Resume it with: millrace run resume ${run}`,
    });
    await it.engine.cancelRun(run, { ...ada, force: false });
    await expect(it.engine.pauseRun(run, ada)).rejects.toMatchObject({ code: 'run_stopping' });
    await it.engine.cancelRun(run, { ...ada, force: true });
    await expect(it.engine.pauseRun(run, ada)).rejects.toMatchObject({ code: 'run_ended' });
    await expect(it.engine.resumeRun(run, { by: 'ada' })).rejects.toMatchObject({ code: 'run_ended' });
    await expect(it.engine.pauseRun('999' as RunId, ada)).rejects.toMatchObject({ code: 'run_not_found' });
    await expect(it.engine.resumeRun('999' as RunId, { by: 'ada' })).rejects.toMatchObject({ code: 'run_not_found' });
  });

  test('tells those who watch', async () => {
    const it = await start();
    const run = await it.start('one');
    const told: string[] = [];
    it.engine.subscribe((event) => {
      if (event.type === 'run') told.push(event.status);
      if (event.type === 'step') told.push(`${event.step} ${event.status}`);
    });
    await it.engine.pauseRun(run, ada);
    await it.engine.resumeRun(run, { by: 'ada' });
    expect(told).toEqual(['only waiting', 'paused', 'only ready', 'running']);
  });
});

describe('child runs', () => {
  test('are paused and resumed with their parent', async () => {
    const it = await start();
    const run = await it.start('parent');
    const child = await childOf(it, run);
    await it.engine.pauseRun(run, { by: 'ada', reason: 'A look.' });
    await settle();
    expect(await it.statusOf(child)).toBe('paused');
    expect(await it.engine.explain(child)).toMatchObject({
      answers: [{ reason: 'paused', pausedBy: 'ada', comment: 'A look.', withParent: true }, { reason: 'held' }],
    });
    await it.engine.resumeRun(run, { by: 'ada' });
    await settle();
    expect(await it.statusOf(child)).toBe('running');
  });

  test('that are being started while their parent is paused end up paused', async () => {
    const commits = createGate();
    const it = await start({ wrap: commits.wrap });
    commits.close((commit) => commit.create?.origin.parent != null);
    const run = await it.start('parent');
    const pausing = it.engine.pauseRun(run, ada);
    await settle();
    await commits.open();
    await pausing;
    await settle();
    const child = await childOf(it, run);
    expect(await it.statusOf(child)).toBe('paused');
    expect(await it.store.outbox.takeOld({ olderThanMs: 0, hideMs: 0, limit: 9 })).toEqual([]);
    await it.engine.resumeRun(run, { by: 'ada' });
    await settle();
    expect(await it.statusOf(child)).toBe('running');
  });

  test('that somebody paused stay paused when their parent goes on', async () => {
    const it = await start();
    const run = await it.start('parent');
    const child = await childOf(it, run);
    await it.engine.pauseRun(child, ada);
    await it.engine.pauseRun(run, ada);
    await it.engine.resumeRun(run, { by: 'ada' });
    await settle();
    expect(await it.statusOf(child)).toBe('paused');
    await it.engine.resumeRun(child, { by: 'ada' });
    expect(await it.statusOf(child)).toBe('running');
  });

  test('of a paused run are cancelled with it', async () => {
    const it = await start();
    const run = await it.start('parent');
    const child = await childOf(it, run);
    await it.engine.pauseRun(run, ada);
    await settle();
    await it.engine.cancelRun(run, { ...ada, force: false });
    await settle();
    expect([await it.statusOf(child), await it.statusOf(run)]).toEqual(['cancelled', 'cancelled']);
  });
});
