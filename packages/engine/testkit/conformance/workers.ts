import type { Lane } from '@millrace/core';
import { expect, it } from 'vitest';
import {
  change,
  createRun,
  ended,
  head,
  key,
  lane,
  only,
  origin,
  otherLane,
  ref,
  refText,
  stepKey,
  wait,
  work,
  worker,
} from './samples.ts';
import type { ConformanceStore } from './subject.ts';

export function workFacts(subject: () => ConformanceStore): void {
  const one = worker('one').id;
  const two = worker('two').id;

  it('claims come by priority, then by age, over all lanes of a share', async () => {
    const { store } = subject();
    const gpu: Lane = { ...lane, capability: 'script', labels: ['gpu'] };
    const id = await createRun(store, {
      work: [
        work({ step: 1, readyAt: 30 }),
        work({ step: 2, readyAt: 20, lane: gpu }),
        work({ step: 3, readyAt: 99, priority: 5 }),
        work({ step: 4, readyAt: 98, priority: 5, lane: gpu }),
        work({ step: 5, readyAt: 10, priority: -1 }),
        work({ step: 6, readyAt: 1, priority: 9, lane: { ...lane, queue: 'elsewhere' } }),
      ],
    });
    const lanes = [lane, gpu];
    const first = await store.work.claim({ worker: one, lanes, limit: 3 });
    expect(first.map(({ work: { step } }) => step)).toEqual([4, 3, 2]);
    const rest = await store.work.claim({ worker: one, lanes: [...lanes, lane], limit: 10 });
    expect(rest.map(({ work: { step } }) => step)).toEqual([1, 5]);
    expect(await store.work.claim({ worker: one, lanes, limit: 10 })).toEqual([]);
    expect(await store.work.claim({ worker: one, lanes: [], limit: 10 })).toEqual([]);
    expect(await store.work.claim({ worker: one, lanes: [{ ...lane, labels: ['unknown'] }], limit: 10 })).toEqual([]);
    expect(only(await store.runs.load([id])).work.filter(({ worker: holder }) => holder === one)).toHaveLength(5);
  });

  it('claims in a row come by priority and age, with what arrives in between and what is given back', async () => {
    const { store } = subject();
    const { readyAt } = work();
    const at = (step: number, more: number, priority = 0) => work({ step, readyAt: readyAt + more, priority });
    const id = await createRun(store, { work: [1, 2, 3, 4, 5, 6].map((step) => at(step, 10_000 * step)) });
    const claim = async (limit: number) =>
      (await store.work.claim({ worker: one, lanes: [lane], limit })).map(({ work: { step } }) => step);
    expect(await claim(2)).toEqual([1, 2]);
    expect(await claim(1)).toEqual([3]);
    await store.runs.commit([change(id, 1, { work: [at(7, 99_000, 5)] })], null);
    expect(await claim(1)).toEqual([7]);
    expect(await claim(1)).toEqual([4]);
    await store.work.giveBack(one, [ref(id, { step: 2 })]);
    expect(await claim(2)).toEqual([2, 5]);
    // What appears with an old time is found at the latest when a claim gets less than it wanted.
    await store.runs.commit([change(id, 2, { work: [at(8, 0)] })], null);
    expect((await claim(3)).toSorted()).toEqual([6, 8]);
    expect(await claim(1)).toEqual([]);
  });

  it('shares are served in turn, in the order in which they are asked for, whatever the priorities', async () => {
    const { store } = subject();
    const [mine, yours]: readonly Lane[] = [
      { ...lane, workspace: 'mine' },
      { ...lane, workspace: 'yours' },
    ];
    if (mine === undefined || yours === undefined) throw new Error('There are two.');
    const nightly = { ...mine, queue: 'nightly' };
    const flood = Array.from({ length: 50 }, (_, item) => work({ item, lane: mine, priority: 9, readyAt: item }));
    await createRun(store, {
      work: [
        ...flood,
        work({ step: 1, lane: yours, readyAt: 100 }),
        work({ step: 2, lane: yours, readyAt: 101, priority: 1 }),
        work({ step: 3, lane: nightly, readyAt: 102, priority: -5 }),
      ],
    });
    const claimed = await store.work.claim({ worker: one, lanes: [yours, nightly, mine], limit: 7 });
    expect(claimed.map(({ work: { step, item } }) => (step === 0 ? item : `step ${step}`))).toEqual([
      'step 2',
      'step 3',
      0,
      'step 1',
      1,
      2,
      3,
    ]);
    expect((await store.work.heldBy(one))[0]?.work.lane.workspace).toBeDefined();
  });

  it('a claim of many lanes that gets less than it wanted has left nothing in any of them', async () => {
    const { store } = subject();
    const lanes = Array.from({ length: 12 }, (_, at): Lane => ({ ...lane, queue: `queue-${at}` }));
    const full = lanes[7] ?? lane;
    await createRun(store, {
      work: [
        ...Array.from({ length: 25 }, (_, item) => work({ item, lane: full })),
        work({ step: 1, lane: lanes[3] ?? lane }),
      ],
    });
    expect(await store.work.claim({ worker: one, lanes, limit: 40 })).toHaveLength(26);
    expect(await store.work.readyLanes()).toEqual([]);
  });

  it('names the lanes in which ready work stands', async () => {
    const { store } = subject();
    const own = { ...lane, workspace: 'shop' };
    expect(await store.work.readyLanes()).toEqual([]);
    await createRun(store, { work: [work({ step: 1, lane: own }), work({ step: 2 }), work({ step: 3 })] });
    await createRun(store, { work: [work({ lane: otherLane, worker: one, leasedAt: 5 })] });
    expect(new Set(await store.work.readyLanes())).toEqual(new Set([lane, own]));
    await store.work.claim({ worker: one, lanes: [lane], limit: 10 });
    expect(await store.work.readyLanes()).toEqual([own]);
  });

  it('claimed work comes with its run, and is leased at the time of the store', async () => {
    const { store } = subject();
    const given = { workspace: 'w"s', tags: ['t'], startKey: 's', priority: 3 };
    const id = await createRun(store, { head: head({ startedAt: 77 }), work: [work({ lane: otherLane })] }, given);
    const claimed = only(await store.work.claim({ worker: one, lanes: [otherLane], limit: 10 }));
    const leased = work({ lane: otherLane, worker: one, leasedAt: await store.now() });
    expect(claimed).toEqual({ origin: origin(id, given), startedAt: 77, paused: false, work: leased });
    expect(await store.work.heldBy(one)).toEqual([claimed]);
    expect(await store.work.heldBy(two)).toEqual([]);
  });

  it('whose run an attempt is of is told only to the worker that holds just it, while its lease lasts', async () => {
    const { store, advanceClock } = subject();
    for (const name of ['one', 'two']) await store.workers.register(worker(name), 1_000);
    const given = { workspace: 'w"s' };
    const id = await createRun(store, { work: [work({ attempt: 2, item: 3 }), work({ step: 1 })] }, given);
    const held = ref(id, { attempt: 2, item: 3 });
    expect(await store.work.originOfHeld(one, held)).toBeNull();
    await store.work.claim({ worker: one, lanes: [lane], limit: 2 });
    expect(await store.work.originOfHeld(one, held)).toEqual(origin(id, given));
    expect(await store.work.originOfHeld(two, held)).toBeNull();
    for (const other of [{ attempt: 1 }, { item: -1 }, { iteration: 1 }, { step: 5 }]) {
      expect(await store.work.originOfHeld(one, { ...held, ...other })).toBeNull();
    }
    await store.work.giveBack(one, [held]);
    expect(await store.work.originOfHeld(one, held)).toBeNull();
    expect(await store.work.originOfHeld(one, ref(id, { step: 1 }))).not.toBeNull();
    await advanceClock(1_001);
    expect(await store.work.originOfHeld(one, ref(id, { step: 1 }))).toBeNull();
  });

  it('work that is inserted as leased belongs to its worker at once', async () => {
    const { store } = subject();
    await createRun(store, { work: [work({ worker: one, leasedAt: 5 }), work({ step: 1, worker: two })] });
    expect(await store.work.claim({ worker: two, lanes: [lane], limit: 10 })).toEqual([]);
    expect(only(await store.work.heldBy(one)).work.leasedAt).toBe(5);
    expect(only(await store.work.heldBy(two)).work.leasedAt).toBe(await store.now());
  });

  it('claimed work says when its run is paused: somebody gave it back', async () => {
    const { store } = subject();
    const id = await createRun(store, { work: [work({ worker: two })] });
    await store.runs.commit([change(id, 1, { head: head({ status: 'paused' }) })], null);
    expect(only(await store.work.heldBy(two)).paused).toBe(true);
    await store.work.giveBack(two, [ref(id)]);
    expect(only(await store.work.claim({ worker: one, lanes: [lane], limit: 1 })).paused).toBe(true);
  });

  it('ready work that is held becomes a wait; what a worker has taken stays its work', async () => {
    const { store } = subject();
    const id = await createRun(store, {
      work: [work(), work({ step: 1, attempt: 2 }), work({ step: 2, worker: one })],
    });
    const held = (step: number, attempt = 1) =>
      wait({ step, attempt, kind: 'held', dueAt: null, document: `{"readyAt":${step}}` });
    await store.runs.commit([change(id, 1, { workHeld: [held(2), held(1, 2), held(0)] })], null);
    const loaded = only(await store.runs.load([id]));
    expect(loaded.work.map(({ step, worker: holder }) => [step, holder])).toEqual([[2, one]]);
    expect(loaded.waits).toEqual([held(0), held(1, 2)]);
    expect(await store.work.claim({ worker: two, lanes: [lane], limit: 9 })).toEqual([]);
    // Resumed: the wait goes and the same attempt is ready.
    const waitsDone = [{ ...stepKey(key()), kind: 'held' as const }];
    await store.runs.commit([change(id, 2, { waitsDone, work: [work()] })], null);
    expect(only(await store.work.claim({ worker: two, lanes: [lane], limit: 9 })).work.step).toBe(0);
  });

  it('only the holder gives back, and the attempt keeps its number', async () => {
    const { store } = subject();
    const id = await createRun(store, { work: [work({ attempt: 3 }), work({ step: 1 })] });
    await store.work.claim({ worker: one, lanes: [lane], limit: 2 });
    await store.work.giveBack(two, [ref(id, { attempt: 3 })]);
    await store.work.giveBack(one, [ref(id, { attempt: 2 }), ref(id, { step: 9 })]);
    expect(await store.work.heldBy(one)).toHaveLength(2);
    await store.work.giveBack(one, [ref(id, { attempt: 3 })]);
    await store.work.giveBack(one, []);
    expect(await store.work.heldBy(one)).toHaveLength(1);
    const again = only(await store.work.claim({ worker: two, lanes: [lane], limit: 10 }));
    expect(again.work).toEqual(work({ attempt: 3, worker: two, leasedAt: await store.now() }));
  });

  it('work that ended is neither claimed nor held', async () => {
    const { store } = subject();
    const id = await createRun(store, { work: [work(), work({ step: 1, worker: one })] });
    await store.runs.commit([change(id, 1, { workDone: [key(), key({ step: 1 })] })], null);
    expect(await store.work.claim({ worker: two, lanes: [lane], limit: 10 })).toEqual([]);
    expect(await store.work.heldBy(one)).toEqual([]);
  });
}

export function workerFacts(subject: () => ConformanceStore): void {
  const one = worker('one');
  const two = worker('two');

  it('a lease is over when the clock of the store says so', async () => {
    const { store, advanceClock } = subject();
    await store.workers.register(one, 1_000);
    await store.workers.register(two, 5_000);
    const id = await createRun(store, {
      work: [work({ worker: one.id }), work({ step: 1, worker: one.id }), work({ step: 2, worker: two.id })],
    });
    await advanceClock(999);
    expect(await store.workers.expired(10)).toEqual([]);
    await advanceClock(1);
    const reaped = only(await store.workers.expired(10));
    expect(reaped.worker).toBe(one.id);
    expect(reaped.held.map(refText).sort()).toEqual([ref(id), ref(id, { step: 1 })].map(refText).sort());
    expect(await store.workers.expired(10)).toEqual([reaped]);
  });

  it('a renewed lease lasts from the renewal', async () => {
    const { store, advanceClock } = subject();
    await store.workers.register(one, 1_000);
    await advanceClock(900);
    expect(await store.workers.renew([one.id, two.id], 1_000)).toEqual({
      alive: [one.id],
      draining: [],
      cancelled: [],
    });
    await advanceClock(900);
    expect(await store.workers.expired(10)).toEqual([]);
    await advanceClock(100);
    expect(await store.workers.expired(10)).toEqual([{ worker: one.id, held: [] }]);
    expect(await store.workers.renew([], 1_000)).toEqual({ alive: [], draining: [], cancelled: [] });
  });

  it('expired workers come in the order of their leases, as many as asked for', async () => {
    const { store, advanceClock } = subject();
    for (const [index, name] of ['c', 'a', 'b'].entries())
      await store.workers.register(worker(name), 300 - index * 100);
    await advanceClock(1_000);
    expect((await store.workers.expired(2)).map((each) => each.worker)).toEqual(['b', 'a']);
    expect((await store.workers.expired(9)).map((each) => each.worker)).toEqual(['b', 'a', 'c']);
  });

  it('a worker that was removed is not alive, and is known again when it registers', async () => {
    const { store, advanceClock } = subject();
    await store.workers.register(one, 1_000);
    expect(await store.workers.remove(one.id, { onlyExpired: true })).toBe(false);
    await advanceClock(1_000);
    expect(await store.workers.remove(one.id, { onlyExpired: true })).toBe(true);
    expect(await store.workers.remove(one.id, { onlyExpired: true })).toBe(false);
    expect(await store.workers.renew([one.id], 1_000)).toEqual({ alive: [], draining: [], cancelled: [] });
    await store.workers.register(one, 1_000);
    expect((await store.workers.renew([one.id], 1_000)).alive).toEqual([one.id]);
    expect(await store.workers.remove(one.id, { onlyExpired: false })).toBe(true);
  });

  it('a worker that holds work is not removed', async () => {
    const { store, advanceClock } = subject();
    await store.workers.register(one, 1_000);
    const id = await createRun(store, { work: [work({ worker: one.id })] });
    await advanceClock(2_000);
    expect(await store.workers.remove(one.id, { onlyExpired: true })).toBe(false);
    expect(await store.workers.remove(one.id, { onlyExpired: false })).toBe(false);
    await store.runs.commit([change(id, 1, { workDone: [key()], attempts: [ended()] })], null);
    expect(await store.workers.remove(one.id, { onlyExpired: true })).toBe(true);
  });

  it('a worker that renewed its lease after the reaper looked is not removed', async () => {
    const { store, advanceClock } = subject();
    await store.workers.register(one, 1_000);
    await advanceClock(1_000);
    expect(await store.workers.expired(1)).toHaveLength(1);
    await store.workers.renew([one.id], 1_000);
    expect(await store.workers.remove(one.id, { onlyExpired: true })).toBe(false);
  });

  it('work leased to a worker that nobody knows counts as expired', async () => {
    const { store } = subject();
    await store.workers.register(one, 1_000);
    const id = await createRun(store, { work: [work({ worker: one.id }), work({ step: 1, worker: two.id })] });
    expect(await store.workers.expired(10)).toEqual([{ worker: two.id, held: [ref(id, { step: 1 })] }]);
  });

  it('renewing tells which attempts shall stop, until they end', async () => {
    const { store } = subject();
    await store.workers.register(one, 1_000);
    await store.workers.register(two, 1_000);
    const id = await createRun(store, {
      work: [work({ worker: one.id }), work({ step: 1, worker: one.id }), work({ step: 2, worker: two.id })],
    });
    await store.runs.commit([change(id, 1, { workCancelled: [key(), key({ step: 1, attempt: 9 })] })], null);
    const told = { alive: [one.id, two.id], draining: [], cancelled: [{ ...ref(id), worker: one.id }] };
    expect(await store.workers.renew([one.id, two.id], 1_000)).toEqual(told);
    expect(await store.workers.renew([one.id, two.id], 1_000)).toEqual(told);
    await store.runs.commit([change(id, 2, { workDone: [key()], workCancelled: [key(), key({ step: 2 })] })], null);
    expect((await store.workers.renew([one.id, two.id], 1_000)).cancelled).toEqual([
      { ...ref(id, { step: 2 }), worker: two.id },
    ]);
    expect((await store.workers.renew([one.id], 1_000)).cancelled).toEqual([]);
  });

  it('a next attempt is not cancelled by the cancellation of the one before', async () => {
    const { store } = subject();
    await store.workers.register(one, 1_000);
    const id = await createRun(store, { work: [work({ worker: one.id })] });
    await store.runs.commit([change(id, 1, { workCancelled: [key()] })], null);
    await store.runs.commit([change(id, 2, { workDone: [key()], work: [work({ attempt: 2, worker: one.id })] })], null);
    expect((await store.workers.renew([one.id], 1_000)).cancelled).toEqual([]);
  });

  it('a worker that drains is told so with each renewal, until it is resumed', async () => {
    const { store, queries, advanceClock } = subject();
    expect(await store.workers.drain(one.id, true)).toBe(false);
    expect(await store.workers.register(one, 1_000)).toEqual({ draining: false });
    expect(await store.workers.register(two, 1_000)).toEqual({ draining: false });
    const since = await store.now();
    expect(await store.workers.drain(one.id, true)).toBe(true);
    await advanceClock(5);
    expect(await store.workers.drain(one.id, true)).toBe(true);
    expect((await queries.listWorkers()).map(({ drainingSince }) => drainingSince).sort()).toEqual([since, null]);
    expect(await store.workers.register(one, 1_000)).toEqual({ draining: true });
    expect(await store.workers.renew([one.id, two.id], 1_000)).toMatchObject({ draining: [one.id] });
    expect(await store.workers.drain(one.id, false)).toBe(true);
    expect(await store.workers.renew([one.id, two.id], 1_000)).toMatchObject({ draining: [] });
    expect(await store.workers.drain(worker('nobody').id, false)).toBe(false);
  });

  it('a worker that drains and is lost comes back as draining; one that said goodbye does not', async () => {
    const { store, advanceClock } = subject();
    await store.workers.register(one, 1_000);
    await store.workers.drain(one.id, true);
    await advanceClock(1_000);
    expect(await store.workers.remove(one.id, { onlyExpired: true })).toBe(true);
    expect(await store.workers.drain(one.id, true)).toBe(false);
    expect(await store.workers.register(one, 1_000)).toEqual({ draining: true });
    expect(await store.workers.remove(one.id, { onlyExpired: false })).toBe(true);
    expect(await store.workers.register(one, 1_000)).toEqual({ draining: false });
  });

  it('a worker that drains keeps what it holds', async () => {
    const { store } = subject();
    await store.workers.register(one, 1_000);
    const id = await createRun(store, { work: [work({ worker: one.id })] });
    await store.workers.drain(one.id, true);
    expect((await store.work.heldBy(one.id)).map(({ origin: { id: run } }) => run)).toEqual([id]);
    expect(await store.workers.remove(one.id, { onlyExpired: false })).toBe(false);
    expect(await store.workers.register(one, 1_000)).toEqual({ draining: true });
  });
}
