import type { RunId } from '@millrace/core';
import { expect, it } from 'vitest';
import type { Store } from '../../src/ports/index.ts';
import { asks, change, createRun, demand, key, letsGo, slotRequest, work } from './samples.ts';
import type { ConformanceStore } from './subject.ts';

/** Two servers that ask, decide and let go at once. */
export function slotRaceFacts(subject: () => ConformanceStore): void {
  const servers = async (): Promise<readonly [Store, Store]> => [subject().store, (await subject().another()).store];
  const keys = ['a', 'b', 'c'].map((text) => ({ kind: 'concurrency' as const, key: text }));

  it('never grant more than the limit, nothing twice, and everything in the end', async () => {
    const stores = await servers();
    const count = 60;
    const runs: RunId[] = [];
    for (let index = 0; index < count; index++) {
      const two = index % 3 === 0 ? [demand('a', 2), demand('b', 3)] : [demand(index % 2 === 0 ? 'b' : 'c', 3)];
      const request = slotRequest({ demands: two, requestedAt: 1_800_000_000_000 + index });
      runs.push(await createRun(stores[0], { ...asks(request), work: [work()] }));
    }
    const demandsOf = (run: RunId): readonly string[] => {
      const index = runs.indexOf(run);
      return index % 3 === 0 ? ['a', 'b'] : [index % 2 === 0 ? 'b' : 'c'];
    };
    const limits = new Map([
      ['a', 2],
      ['b', 3],
      ['c', 3],
    ]);
    const held = new Map<string, number>();
    const served: RunId[] = [];
    const worker = async (index: number) => {
      const store = stores[index % 2] ?? stores[0];
      for (let idle = 0; served.length < count && idle < 2_000; idle++) {
        const { verdicts } = await store.slots.grant('shop', keys);
        for (const { ref, granted } of verdicts) {
          expect(granted).toBe(true);
          served.push(ref.run);
          for (const text of demandsOf(ref.run)) {
            held.set(text, (held.get(text) ?? 0) + 1);
            expect(held.get(text)).toBeLessThanOrEqual(limits.get(text) ?? 0);
          }
        }
        for (const { ref } of verdicts) {
          // Counted as let go before the store hears of it, as another may be granted while it does.
          for (const text of demandsOf(ref.run)) held.set(text, (held.get(text) ?? 0) - 1);
          await store.runs.commit([change(ref.run, 1, letsGo(key()))], null);
        }
      }
    };
    await Promise.all([0, 1, 2, 3].map(worker));
    expect(served).toHaveLength(count);
    expect(new Set(served).size).toBe(count);
  });

  it('a request that is withdrawn while it is decided on is granted wholly or not at all', async () => {
    const stores = await servers();
    for (let round = 0; round < 25; round++) {
      const request = slotRequest({ demands: [demand(`x${round}`), demand(`y${round}`)] });
      const run = await createRun(stores[0], { ...asks(request), work: [work()] });
      const wanted = [`x${round}`, `y${round}`].map((text) => ({ kind: 'concurrency' as const, key: text }));
      await Promise.all([
        stores[0].slots.grant('shop', wanted),
        stores[1].runs.commit([change(run, 1, letsGo(key()))], null),
        stores[1].slots.grant('shop', wanted.toReversed()),
      ]);
      const next = await createRun(stores[1], { ...asks(request), work: [work()] });
      const { verdicts } = await stores[0].slots.grant('shop', wanted);
      expect(verdicts.map(({ ref }) => ref.run)).toEqual([next]);
    }
  });

  it('a rate holds whoever counts it', async () => {
    const stores = await servers();
    const rate = [{ kind: 'rate' as const, key: 'r', limit: 5, perMs: 1_000 }];
    for (let index = 0; index < 30; index++) {
      await createRun(stores[0], { ...asks(slotRequest({ demands: rate })), work: [work()] });
    }
    const starts: number[] = [];
    for (let span = 0; span < 6; span++) {
      const outcomes = await Promise.all(
        [0, 1, 0, 1].map((index) => (stores[index] ?? stores[0]).slots.grant('shop', [{ kind: 'rate', key: 'r' }])),
      );
      starts.push(outcomes.reduce((sum, { verdicts }) => sum + verdicts.length, 0));
      await subject().advanceClock(1_000);
    }
    expect(starts).toEqual([5, 5, 5, 5, 5, 5]);
  });
}
