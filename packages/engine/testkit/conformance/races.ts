import type { RunId } from '@millrace/core';
import { expect, it } from 'vitest';
import type { Store } from '../../src/ports/index.ts';
import {
  change,
  createRun,
  creation,
  ended,
  head,
  lane,
  only,
  otherLane,
  refText,
  wait,
  work,
  worker,
} from './samples.ts';
import type { ConformanceStore } from './subject.ts';

/** Two servers, many calls at once. */
export function raceFacts(subject: () => ConformanceStore): void {
  const servers = async (): Promise<readonly [Store, Store]> => [subject().store, (await subject().another()).store];

  it('of many starts with one key at once exactly one happens, and the others leave nothing', async () => {
    const stores = await servers();
    const ids = await stores[0].runs.allocateIds(40);
    const outcomes = await Promise.all(
      ids.map((id, index) =>
        (stores[index % 2] ?? stores[0]).runs.commit(
          [creation(id, { work: [work()], attempts: [ended({ step: 1 })] }, { startKey: `race ${index % 4}` })],
          null,
        ),
      ),
    );
    const winners = outcomes.flatMap(({ committed }) => [...committed]);
    expect(winners).toHaveLength(4);
    expect((await stores[1].runs.load(ids)).map(({ run }) => run.id).sort()).toEqual(winners.sort());
    const claimed = await stores[1].work.claim({ worker: worker('w').id, lanes: [lane], limit: 100 });
    expect(claimed.map(({ origin }) => origin.id).sort()).toEqual(winners.sort());
  });

  it('batches of two servers over the same runs and start keys never block each other in a circle', async () => {
    const stores = await servers();
    const count = 400;
    const runs = [...(await stores[0].runs.allocateIds(count))];
    await stores[0].runs.commit(
      runs.map((id) => creation(id)),
      null,
    );
    const wins = new Map<RunId, number>();
    let keysWon = 0;
    for (let round = 1; round <= 8; round++) {
      const fresh = await Promise.all(stores.map((store) => store.runs.allocateIds(count)));
      // The one in this order, the other in that; half of the keys and all of the runs are wanted by both.
      const batches = fresh.map((ids, side) => {
        const creates = ids.map((id, index) =>
          creation(id, {}, { startKey: `${round}-${index + (side * count) / 2}` }),
        );
        const updates = runs.map((id, index) => change(id, round, index % 2 === side ? { head: head() } : {}));
        const batch = [...creates, ...updates];
        return side === 0 ? batch : batch.reverse();
      });
      const outcomes = await Promise.all(stores.map((store, side) => store.runs.commit(batches[side] ?? [], null)));
      for (const { committed } of outcomes) {
        for (const id of runs) if (committed.has(id)) wins.set(id, (wins.get(id) ?? 0) + 1);
        keysWon += fresh.flat().filter((id) => committed.has(id)).length;
      }
    }
    expect(runs.filter((id) => wins.get(id) !== 8)).toEqual([]);
    expect(keysWon).toBe(8 * 1.5 * count);
    for (const { run } of await stores[0].runs.load(runs)) expect(run.version).toBe(9);
  });

  it('two servers that decide on what they loaded lose no decision of each other', async () => {
    const stores = await servers();
    const id = await createRun(stores[0], { head: head({ control: '{"vars":{"sum":0}}' }) });
    const add = async (store: Store, amount: number, step: number) => {
      for (;;) {
        const { run } = only(await store.runs.load([id]));
        const sum = (JSON.parse(run.control ?? '') as { vars: { sum: number } }).vars.sum + amount;
        const next = { head: head({ control: JSON.stringify({ vars: { sum } }) }), attempts: [ended({ step })] };
        if ((await store.runs.commit([change(id, run.version, next)], null)).committed.has(id)) return;
      }
    };
    const writers = [0, 1, 2, 3].map(async (lineOf) => {
      for (let index = 0; index < 10; index++)
        await add(stores[lineOf % 2] ?? stores[0], lineOf + 1, lineOf * 10 + index);
    });
    await Promise.all(writers);
    const { run, attempts } = only(await stores[1].runs.load([id]));
    expect(run).toMatchObject({ version: 41, control: '{"vars":{"sum":100}}' });
    expect(attempts).toHaveLength(40);
  });

  it('two workers claiming at once never get the same attempt, and together they get all', async () => {
    const stores = await servers();
    const items = Array.from({ length: 600 }, (_, item) =>
      work({ item, lane: item % 3 === 0 ? otherLane : lane, priority: item % 5 }),
    );
    await createRun(stores[0], { work: items });
    const claimed: string[] = [];
    const claimers = Array.from({ length: 10 }, async (_, index) => {
      const store = stores[index % 2] ?? stores[0];
      while (claimed.length < items.length) {
        const got = await store.work.claim({ worker: worker(`w${index}`).id, lanes: [lane, otherLane], limit: 7 });
        for (const { origin, work: each } of got) claimed.push(refText({ run: origin.id, ...each }));
      }
    });
    await Promise.all(claimers);
    expect(claimed).toHaveLength(items.length);
    expect(new Set(claimed).size).toBe(items.length);
    const held = await Promise.all(
      Array.from({ length: 10 }, (_, index) => stores[1].work.heldBy(worker(`w${index}`).id)),
    );
    expect(held.flat()).toHaveLength(items.length);
  });

  it('giving back, claiming and ending the same work at once leaves each attempt with one holder or none', async () => {
    const stores = await servers();
    const id = await createRun(stores[0], { work: Array.from({ length: 60 }, (_, item) => work({ item })) });
    const movers = Array.from({ length: 6 }, async (_, index) => {
      const store = stores[index % 2] ?? stores[0];
      const { id: name } = worker(`m${index}`);
      for (let turn = 0; turn < 15; turn++) {
        const got = await store.work.claim({ worker: name, lanes: [lane], limit: 20 });
        const back = got.map(({ work: each }) => ({ ...each, run: id })).toReversed();
        await store.work.giveBack(name, back);
      }
    });
    const enders = Array.from({ length: 20 }, (_, item) => item).reduce(async (before, item) => {
      const version = await before;
      await stores[item % 2 === 0 ? 0 : 1].runs.commit(
        [
          change(id, version, {
            workDone: [0, 20, 40].map((at) => ({ step: 0, iteration: 0, attempt: 1, item: item + at })).reverse(),
          }),
        ],
        null,
      );
      return version + 1;
    }, Promise.resolve(1));
    await Promise.all([...movers, enders]);
    const { run, work: left } = only(await stores[0].runs.load([id]));
    expect(run.version).toBe(21);
    expect(left).toEqual([]);
  });

  it('holding and claiming the same work at once leaves each attempt with a worker or as a wait', async () => {
    const stores = await servers();
    const count = 400;
    const items = Array.from({ length: count }, (_, item) => work({ item }));
    const id = await createRun(stores[0], { work: items });
    const held = items.map(({ item }) => wait({ item, kind: 'held', dueAt: null, document: '{}' }));
    const claimers = [0, 1].map(async (side) => {
      const store = stores[side] ?? stores[0];
      for (let turn = 0; turn < 10; turn++) {
        await store.work.claim({ worker: worker(`h${side}`).id, lanes: [lane], limit: 15 });
      }
    });
    const holder = stores[1].runs.commit([change(id, 1, { workHeld: held })], null);
    await Promise.all([...claimers, holder]);
    const loaded = only(await stores[0].runs.load([id]));
    expect(loaded.work.every(({ worker: owner }) => owner !== null)).toBe(true);
    const seen = [...loaded.work, ...loaded.waits].map(({ item }) => item).sort((a, b) => a - b);
    expect(seen).toEqual(items.map(({ item }) => item));
  });

  it('due waits and old messages go to one taker each', async () => {
    const { advanceClock } = subject();
    const stores = await servers();
    const now = await stores[0].now();
    const waits = Array.from({ length: 200 }, (_, item) => ({
      step: 0,
      item,
      iteration: 0,
      attempt: 1,
      kind: 'retry' as const,
      dueAt: now + item,
      document: null,
    }));
    const outbox = Array.from({ length: 200 }, (_, index) => ({
      kind: 'cancel_children' as const,
      from: null,
      reason: String(index),
      by: 'x',
    }));
    await createRun(stores[0], { waits, outbox });
    await advanceClock(1_000);
    const due: number[] = [];
    const sent: number[] = [];
    const takers = Array.from({ length: 8 }, async (_, index) => {
      const store = stores[index % 2] ?? stores[0];
      while (due.length < 200 || sent.length < 200) {
        for (const { item } of await store.waits.takeDue({ limit: 9, hideMs: 60_000 })) due.push(item);
        for (const { key } of await store.outbox.takeOld({ olderThanMs: 500, hideMs: 60_000, limit: 9 }))
          sent.push(key.ordinal);
      }
    });
    await Promise.all(takers);
    expect(new Set(due).size).toBe(due.length);
    expect(new Set(sent).size).toBe(sent.length);
  });
}
