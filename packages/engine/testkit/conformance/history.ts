import type { RunId, RunOrigin } from '@millrace/core';
import { expect, it } from 'vitest';
import { hookStartKey } from '../../src/outbox/hook-start-key.ts';
import type { NewEvent, Store } from '../../src/ports/index.ts';
import { change, createRun, ended, head, key, wait, work } from './samples.ts';
import type { ConformanceStore } from './subject.ts';

const keepMs = 1_000;

const event = (given: Partial<NewEvent> = {}): NewEvent => ({
  workspace: 'shop',
  type: 'paid',
  payload: {},
  source: { type: 'api' },
  key: null,
  ...given,
});

/** A run that has ended now. */
async function endedRun(store: Store, given: Partial<RunOrigin> = {}, attempts = 1, control: string | null = null) {
  const rows = Array.from({ length: attempts }, (_, at) => ended({ item: at }));
  const endedAt = await store.now();
  return createRun(store, { head: head({ status: 'succeeded', endedAt, control }), attempts: rows }, given);
}

/** Walks through history as the engine does, in steps of `limit`, and clears what is left. */
async function removeOld(store: Store, limit = 100): Promise<number> {
  let count = 0;
  let after: RunId | null = null;
  do {
    const { removed, next } = await store.history.removeRuns({ keepMs, after, limit });
    count += removed;
    after = next;
  } while (after !== null);
  await store.history.clear(await store.history.remains(1_000), 1_000);
  return count;
}

const there = async (store: Store, runs: readonly RunId[]): Promise<readonly boolean[]> => {
  const known = new Set((await store.runs.load(runs)).map(({ run }) => run.id));
  return runs.map((run) => known.has(run));
};

export function historyFacts(subject: () => ConformanceStore): void {
  it('a run that ended long ago is removed for everybody, with all that was its own; its start key is free', async () => {
    const { store, queries, advanceClock } = subject();
    const old = await endedRun(store, { startKey: 'k', tags: ['a', 'b\u0000"'] }, 3);
    await advanceClock(keepMs + 1);
    const young = await endedRun(store, { tags: ['a'] });
    const live = await createRun(store, {}, { tags: ['a'] });
    expect(await removeOld(store)).toBe(1);
    expect(await there(store, [old, young, live])).toEqual([false, true, true]);
    expect(await store.runs.origin(old)).toBeNull();
    expect(await store.runs.status(old)).toBeNull();
    expect(await store.runs.findByStartKey('shop', 'k')).toBeNull();
    expect(await store.history.remains(9)).toEqual([]);
    const page = { limit: 9, after: null };
    expect((await queries.listRuns({}, page)).items.map(({ id }) => id)).toEqual([live, young]);
    expect((await queries.listRuns({ tag: 'a' }, page)).items.map(({ id }) => id)).toEqual([live, young]);
    expect((await queries.listRuns({ tag: 'b\u0000"' }, page)).items).toEqual([]);
    expect(await queries.countRuns({})).toMatchObject({ succeeded: 1, running: 1 });
    expect(await removeOld(store)).toBe(0);
    const again = await endedRun(store, { startKey: 'k' });
    expect(await store.runs.findByStartKey('shop', 'k')).toBe(again);
  });

  it('a run that lives is never removed, however old it is; when it has ended, its time begins', async () => {
    const { store, advanceClock } = subject();
    const waiting = await createRun(store, { waits: [wait({ dueAt: null, kind: 'approval' })] });
    const paused = await createRun(store, { head: head({ status: 'paused' }) });
    const queued = await createRun(store, { head: head({ status: 'queued' }), work: [work()] });
    await advanceClock(100 * keepMs);
    expect(await removeOld(store)).toBe(0);
    const endedAt = await store.now();
    const over = { head: head({ status: 'cancelled', endedAt }), waitsDone: [{ ...key(), kind: 'approval' as const }] };
    await store.runs.commit([change(waiting, 1, over)], null);
    await advanceClock(keepMs - 1);
    expect(await removeOld(store)).toBe(0);
    await advanceClock(1);
    expect(await removeOld(store)).toBe(1);
    expect(await there(store, [waiting, paused, queued])).toEqual([false, true, true]);
  });

  it('a run is removed before its children, and not while a child lives', async () => {
    const { store, advanceClock } = subject();
    const parent = await createRun(store);
    const below = { parent: { run: parent, ...key() }, depth: 1 };
    const child = await endedRun(store, below);
    const living = await createRun(store, {}, below);
    await advanceClock(2 * keepMs);
    expect(await removeOld(store)).toBe(0);
    const endedAt = await store.now();
    await store.runs.commit([change(parent, 1, { head: head({ status: 'failed', endedAt }) })], null);
    await advanceClock(2 * keepMs);
    expect(await removeOld(store)).toBe(0);
    await store.runs.commit([change(living, 1, { head: head({ status: 'failed', endedAt }) })], null);
    expect(await removeOld(store)).toBe(1);
    expect(await there(store, [parent, child, living])).toEqual([false, true, true]);
    expect(await removeOld(store)).toBe(2);
  });

  it('a run is kept while a re-run of it lives', async () => {
    const { store, advanceClock } = subject();
    const first = await endedRun(store);
    const rerunOf = { run: first, from: [{ type: 'failed' as const }] };
    const second = await createRun(store, {}, { rerunOf });
    await advanceClock(2 * keepMs);
    expect(await removeOld(store)).toBe(0);
    const endedAt = await store.now();
    await store.runs.commit([change(second, 1, { head: head({ status: 'succeeded', endedAt }) })], null);
    expect(await removeOld(store)).toBe(1);
    expect(await there(store, [first, second])).toEqual([false, true]);
  });

  it('a run is kept while a hook that it called lives', async () => {
    const { store, advanceClock } = subject();
    const workspace = 'a "b" ä';
    const call = 'on_failure 1 "ä"';
    const control = JSON.stringify({ hooks: [{ hook: 'on_failure', action: 'tell', call }] });
    const caller = await endedRun(store, { workspace }, 1, control);
    const called = await createRun(store, {}, { workspace, startKey: hookStartKey(caller, call) });
    await advanceClock(2 * keepMs);
    expect(await removeOld(store)).toBe(0);
    const endedAt = await store.now();
    await store.runs.commit([change(called, 1, { head: head({ status: 'succeeded', endedAt }) })], null);
    expect(await removeOld(store)).toBe(1);
    expect(await there(store, [caller, called])).toEqual([false, true]);
  });

  it('a run is kept while a message of it is not acted on, and while somebody holds work of it', async () => {
    const { store, advanceClock } = subject();
    const over = { head: head({ status: 'succeeded', endedAt: await store.now() }) };
    const receiver = await createRun(store);
    const parent = { run: receiver, ...key() };
    const sender = await createRun(store, {
      ...over,
      outbox: [{ kind: 'child_ended', parent, status: 'succeeded', output: null, error: null }],
    });
    const held = await createRun(store, { ...over, work: [work({ worker: ended().worker, leasedAt: 5 })] });
    await advanceClock(2 * keepMs);
    expect(await removeOld(store)).toBe(0);
    await store.outbox.remove([{ run: sender, version: 1, ordinal: 0 }]);
    await store.runs.commit([change(held, 1, { workDone: [key()] })], null);
    expect(await removeOld(store)).toBe(2);
  });

  it('looks at a bounded number at a time, and stops where all is young', async () => {
    const { store, advanceClock } = subject();
    const old: RunId[] = [];
    for (let count = 0; count < 5; count += 1) old.push(await endedRun(store));
    await advanceClock(2 * keepMs);
    for (let count = 0; count < 5; count += 1) await endedRun(store);
    const { removeRuns } = store.history;
    expect(await removeRuns({ keepMs, after: null, limit: 2 })).toEqual({ removed: 2, next: old[1] ?? null });
    expect(await removeRuns({ keepMs, after: old[1] ?? null, limit: 2 })).toEqual({ removed: 2, next: old[3] ?? null });
    const { removed, next } = await removeRuns({ keepMs, after: old[3] ?? null, limit: 2 });
    expect([removed, next === null]).toEqual([1, false]);
    expect(await removeRuns({ keepMs, after: next, limit: 2 })).toEqual({ removed: 0, next: null });
  });

  it('attempts are cleared a bounded number at a time; the run is known until all are', async () => {
    const { store, advanceClock } = subject();
    const run = await endedRun(store, {}, 7);
    const kept = await endedRun(store, {}, 3);
    await advanceClock(2 * keepMs);
    await store.runs.commit([change(kept, 1, { head: head() })], null);
    await store.history.removeRuns({ keepMs, after: null, limit: 9 });
    expect(await store.history.remains(9)).toEqual([run]);
    expect(await store.history.clear([run, kept], 3)).toBe(3);
    expect(await store.history.clear([run], 3)).toBe(3);
    expect(await store.history.remains(9)).toEqual([run]);
    expect(await store.history.clear([run], 3)).toBe(1);
    expect(await store.history.remains(9)).toEqual([]);
    expect((await store.runs.load([kept]))[0]?.attempts).toHaveLength(3);
    expect(await store.history.clear([], 3)).toBe(0);
  });

  it('servers that clean up at once remove each run once', async () => {
    const { store, another, advanceClock } = subject();
    const other = (await another()).store;
    for (let count = 0; count < 30; count += 1) await endedRun(store, { tags: ['t'] }, 3);
    await advanceClock(2 * keepMs);
    const counts = await Promise.all([store, other, store, other].map((one) => removeOld(one, 7)));
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(30);
    await removeOld(store);
    expect(await store.history.remains(9)).toEqual([]);
  });

  it('events that were delivered are removed when they are old, and their keys are free', async () => {
    const { store, queries, advanceClock } = subject();
    const outcome = { runs: [], failures: [] };
    const old = (await store.events.append(event({ key: 'k' }))).event;
    await store.events.delivered(old.id, outcome);
    const undelivered = (await store.events.append(event())).event;
    await advanceClock(2 * keepMs);
    const young = (await store.events.append(event())).event;
    await store.events.delivered(young.id, outcome);
    expect(await store.events.removeOld({ keepMs, after: null, limit: 2 })).toEqual({
      removed: 1,
      next: undelivered.id,
    });
    expect(await store.events.removeOld({ keepMs, after: undelivered.id, limit: 2 })).toEqual({
      removed: 0,
      next: null,
    });
    expect(await store.events.get(old.id)).toBeNull();
    const { items } = await queries.listEvents({}, { limit: 9, after: null });
    expect(items.map(({ id }) => id)).toEqual([young.id, undelivered.id]);
    const again = await store.events.append(event({ key: 'k' }));
    expect(again.created).toBe(true);
    expect(Number(again.event.id)).toBeGreaterThan(Number(young.id));
  });
}
