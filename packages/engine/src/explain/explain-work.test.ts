import { workerId } from '@millrace/core';
import { describe, expect, test } from 'vitest';
import { begin, explainingEngines } from '../../test/explaining-engine.ts';
import { HandWorker } from '../../test/test-engine.ts';

const start = explainingEngines();

describe('waiting for a worker', () => {
  test('with none connected', async () => {
    const { start: run, reasonOf, clock } = await start();
    const id = await run('labelled');
    await clock.advance(5_000);
    const answer = await reasonOf(id, 'waiting_for_worker');
    expect(answer).toMatchObject({ since: begin, connected: 0, matching: 0, nearest: null, ready: 1 });
    expect(answer.message).toContain('since 2026-01-01T00:00:00.000Z (5s ago). No worker is connected');
    expect(answer.changes).toEqual([
      {
        by: 'person',
        what: 'Start a worker: one for queue nightly with capability shell and labels big and gpu.',
        at: null,
        command: 'millrace work --queues nightly --labels big,gpu',
      },
    ]);
  });

  test('names what the nearest of those that do not match lacks', async () => {
    const { start: run, worker, reasonOf } = await start();
    await worker('far', { capabilities: ['http'], queues: ['default'] }).sync();
    await worker('near', { labels: ['gpu'], queues: ['nightly'] }).sync();
    const id = await run('labelled');
    const answer = await reasonOf(id, 'waiting_for_worker');
    expect(answer).toMatchObject({ connected: 2, matching: 0, queue: 'nightly', labels: ['big', 'gpu'] });
    expect(answer.nearest).toEqual({
      worker: 'near',
      name: 'near',
      lacksWorkspace: false,
      lacksQueue: false,
      lacksCapabilities: [],
      lacksLabels: ['big'],
    });
    expect(answer.message).toContain('near comes nearest, but it has not label big.');
  });

  test('says when the nearest is bound to other workspaces', async () => {
    const { start: run, worker, reasonOf } = await start();
    await worker('bound', { workspaces: ['elsewhere'], labels: ['gpu', 'big'], queues: ['*'] }).sync();
    const id = await run('labelled');
    const answer = await reasonOf(id, 'waiting_for_worker');
    expect(answer).toMatchObject({ matching: 0, nearest: { name: 'bound', lacksWorkspace: true, lacksLabels: [] } });
    expect(answer.message).toContain('bound comes nearest, but it may not serve this workspace.');
    const other = worker('other', { workspaces: ['elsewhere'], labels: ['gpu'], queues: ['*'] });
    await other.sync();
    expect((await reasonOf(id, 'waiting_for_worker')).nearest?.name).toBe('bound');
    await worker('near', { labels: ['gpu'], queues: ['nightly'] }).sync();
    expect((await reasonOf(id, 'waiting_for_worker')).message).toContain(
      'near comes nearest, but it has not label big.',
    );
  });

  test('names the capabilities that a step needs together, and which of them the nearest has not', async () => {
    const { start: run, worker, reasonOf } = await start();
    await worker('plain').sync();
    const id = await run('shared');
    const answer = await reasonOf(id, 'waiting_for_worker');
    expect(answer).toMatchObject({ matching: 0, nearest: { name: 'plain', lacksCapabilities: ['shared_folder'] } });
    expect(answer.message).toContain('with capabilities shared_folder and shell');
    expect(answer.message).toContain('plain comes nearest, but it has not capability shared_folder.');
    expect(answer.changes[0]?.command).toBe('millrace work --shared-folder /mnt/millrace');
    const able = worker('able', { capabilities: ['shell', 'shared_folder'] });
    await able.sync();
    await able.sync();
    expect(able.assignments).toMatchObject([{ stepName: 'only', sharedFolder: true }]);
  });

  test('says when all that match are busy or stopping, and that other attempts wait as well', async () => {
    const { start: run, worker, reasonOf } = await start();
    const busy = worker('busy', { slots: 1 });
    await busy.sync();
    await run('one');
    await busy.sync();
    const waiting = await run('one');
    await run('one');
    const answer = await reasonOf(waiting, 'waiting_for_worker');
    expect(answer).toMatchObject({ connected: 1, matching: 1, busy: 1, stopping: 0, nearest: null, ready: 2 });
    expect(answer.message).toContain('Of 1 connected worker 1 can take it; none has room (1 busy). 1 other attempt');
    expect(answer.changes.map(({ by }) => by)).toEqual(['worker', 'person']);
    await busy.sync([], { stopping: true, running: busy.assignments });
    expect(await reasonOf(waiting, 'waiting_for_worker')).toMatchObject({ matching: 1, busy: 0, stopping: 1 });
  });

  test('says when those that match are draining, and how they are resumed', async () => {
    const { start: run, worker, reasonOf, engine } = await start();
    const busy = worker('busy', { slots: 1 });
    await busy.sync();
    await run('one');
    await busy.sync();
    await engine.drainWorker(workerId('busy'), true);
    const waiting = await run('one');
    const alone = await reasonOf(waiting, 'waiting_for_worker');
    expect(alone).toMatchObject({ matching: 1, busy: 0, draining: [{ worker: 'busy', name: 'busy' }] });
    expect(alone.message).toContain('The worker that can take it is draining: busy.');
    expect(alone.changes).toMatchObject([{ by: 'person', command: 'millrace worker resume busy' }, { by: 'person' }]);

    const second = worker('second', { slots: 1 });
    await second.sync();
    await second.sync();
    const another = await run('one');
    const answer = await reasonOf(another, 'waiting_for_worker');
    expect(answer).toMatchObject({ matching: 2, busy: 1, draining: [{ name: 'busy' }] });
    expect(answer.message).toContain('Of 2 connected workers 2 can take it; none has room (1 busy, 1 draining).');
    expect(answer.changes.map(({ command }) => command)).toEqual([
      null,
      'millrace worker resume busy',
      expect.stringContaining('millrace work'),
    ]);
    await engine.drainWorker(workerId('second'), true);
    expect((await reasonOf(another, 'waiting_for_worker')).message).toContain(
      'All 2 workers that can take it are draining: busy and second.',
    );
  });

  test('says when a worker with room is about to take it', async () => {
    const { start: run, reasonOf, store } = await start();
    const id = await run('one');
    const { description } = new HandWorker({} as never, 'elsewhere');
    await store.workers.register(description, 9_000); // at another server, which has not looked yet
    const answer = await reasonOf(id, 'waiting_for_worker');
    expect(answer).toMatchObject({ matching: 1, busy: 0, stopping: 0 });
    expect(answer.changes).toMatchObject([{ by: 'worker', command: null }]);
  });

  test('does not count workers whose lease is over', async () => {
    const { start: run, worker, reasonOf, clock } = await start({ settings: { reaperMs: 60_000 } });
    await worker('dead').sync();
    await clock.advance(30_000);
    const id = await run('labelled');
    expect(await reasonOf(id, 'waiting_for_worker')).toMatchObject({ connected: 0, nearest: null });
  });
});

describe('running', () => {
  test('names the worker, since when it holds the attempt, and when it was heard of', async () => {
    const { start: run, worker, reasonOf, clock } = await start();
    const hand = worker('builder', { host: 'box' });
    await hand.sync();
    await clock.advance(3_000);
    await hand.sync();
    const id = await run('one');
    await clock.advance(2_000);
    const answer = await reasonOf(id, 'running');
    expect(answer).toMatchObject({
      attempt: 1,
      since: begin + 3_000,
      holder: { worker: 'builder', host: 'box', slots: 4, held: 1 },
    });
    const { heardAt, leaseUntil } = answer.holder;
    expect(heardAt).toBeGreaterThanOrEqual(begin + 2_000);
    expect(leaseUntil).toBe((heardAt ?? 0) + 9_000);
    expect(answer.message).toMatch(/^Step only runs on worker builder on box since .* \(2s ago\)\./);
    expect(answer.changes).toMatchObject([{ by: 'worker' }, { by: 'engine', at: leaseUntil }]);
  });

  test('says that it may still stand in the line of a worker that holds more than it has slots', async () => {
    const { start: run, worker, reasonOf } = await start();
    const hand = worker('quick', { slots: 1 });
    await hand.sync();
    await run('one');
    await hand.sync();
    await hand.succeed('only'); // in one millisecond: short steps get a line ahead
    await run('one');
    const second = await run('one');
    expect((await reasonOf(second, 'running')).message).toContain(
      'holds 2 attempts for 1 slot, so this one may still wait',
    );
  });
});

describe('a lost worker', () => {
  test('is told with the end of its lease and when it is reaped; then the next attempt waits', async () => {
    const { start: run, worker, reasonOf, explain, clock } = await start({ settings: { reaperMs: 60_000 } });
    const hand = worker('w');
    await hand.sync();
    const id = await run('one');
    await hand.sync();
    await clock.advance(20_000);
    const answer = await reasonOf(id, 'worker_lost');
    const { leaseUntil } = answer.holder;
    expect(answer.since).toBe(leaseUntil);
    expect(answer.since).toBeLessThanOrEqual(begin + 20_000);
    expect(answer.reapedAt).toBe((leaseUntil ?? 0) + 60_000);
    expect(answer.changes).toMatchObject([
      { by: 'engine', at: answer.reapedAt, what: expect.stringContaining('begins on another') },
    ]);
    await clock.advance(60_000);
    expect((await explain(id, { step: 'only' }))[0]).toMatchObject({ attempt: 2 });
  });

  test('that nobody knows any more counts as lost too; a step that counts losses fails by it', async () => {
    const { start: run, reasonOf, store } = await start();
    const id = await run('strict');
    // Its row went at the moment when it was leased the attempt.
    await store.work.claim({ worker: workerId('ghost'), lanes: await store.plans.lanes(), limit: 1 });
    const answer = await reasonOf(id, 'worker_lost');
    expect(answer).toMatchObject({ since: null, holder: { name: null, leaseUntil: null } });
    expect(answer.changes[0]?.what).toContain('ends it as failed');
  });
});
