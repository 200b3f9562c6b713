import type { RunId } from '@millrace/core';
import { expect, it } from 'vitest';
import type { NewDelivery } from '../../src/ports/index.ts';
import type { ConformanceStore } from './subject.ts';

const delivery = (given: Partial<NewDelivery> = {}): NewDelivery => ({
  workspace: 'shop',
  webhook: 'push',
  method: 'POST',
  folder: 'etl/nightly',
  remote: '192.0.2.1',
  sizeBytes: 3,
  deliveryId: 'id "ä"',
  outcome: 'accepted',
  reason: null,
  message: 'It started a run.',
  run: '5' as RunId,
  startKey: 'webhook:push:a',
  fingerprint: 'ff',
  content: { headers: { a: '\u0000' }, query: { q: '1' }, contentType: 'text/plain', body: 'AAEC' },
  redeliveryOf: null,
  by: null,
  ...given,
});

export function deliveryFacts(subject: () => ConformanceStore): void {
  it('a delivery comes back as it was appended, with its time and a growing id', async () => {
    const { store, advanceClock } = subject();
    const now = await store.now();
    const first = await store.deliveries.append(delivery());
    await advanceClock(5);
    const refused = delivery({
      outcome: 'refused',
      reason: 'too_old',
      run: null,
      startKey: null,
      redeliveryOf: first.id,
      by: 'ada',
    });
    const second = await store.deliveries.append(refused);
    expect(first).toEqual({ ...delivery(), id: first.id, receivedAt: now });
    expect(await store.deliveries.get(second.id)).toEqual({ ...refused, id: second.id, receivedAt: now + 5 });
    expect(Number(second.id)).toBeGreaterThan(Number(first.id));
    expect(await store.deliveries.get('999999')).toBeNull();
    expect(await store.deliveries.get('x')).toBeNull();
  });

  it('the first accepted delivery of a key is found, in its workspace', async () => {
    const { store } = subject();
    await store.deliveries.append(delivery({ outcome: 'refused', reason: 'x' }));
    const first = await store.deliveries.append(delivery());
    await store.deliveries.append(delivery());
    expect((await store.deliveries.firstAccepted('shop', 'webhook:push:a'))?.id).toBe(first.id);
    expect(await store.deliveries.firstAccepted('lab', 'webhook:push:a')).toBeNull();
    expect(await store.deliveries.firstAccepted('shop', 'webhook:push:b')).toBeNull();
  });

  it('lists are newest first, in pages, by workspace, webhook and outcome', async () => {
    const { store, queries } = subject();
    const kinds = [{}, { webhook: 'pay' }, { workspace: 'lab' }, { outcome: 'refused', reason: 'x' }, {}] as const;
    const ids: string[] = [];
    for (const kind of kinds) ids.push((await store.deliveries.append(delivery(kind))).id);
    const list = async (filter: Parameters<typeof queries.listDeliveries>[0]) => {
      const found: number[] = [];
      let after: string | null = null;
      do {
        const page: Awaited<ReturnType<typeof queries.listDeliveries>> = await queries.listDeliveries(filter, {
          limit: 2,
          after,
        });
        found.push(...page.items.map(({ id }) => ids.indexOf(id)));
        after = page.next;
      } while (after !== null);
      return found;
    };
    expect(await list({})).toEqual([4, 3, 2, 1, 0]);
    expect(await list({ workspace: 'shop', webhook: 'push' })).toEqual([4, 3, 0]);
    expect(await list({ outcome: 'refused' })).toEqual([3]);
    const { items } = await queries.listDeliveries({ workspace: 'lab' }, { limit: 9, after: null });
    const { content: _, ...known } = delivery({ workspace: 'lab' });
    expect(items).toEqual([{ ...known, id: ids[2], receivedAt: await store.now(), kept: true }]);
  });

  it('what is old is forgotten, oldest first, a bounded number at a time', async () => {
    const { store, queries, advanceClock } = subject();
    for (let count = 0; count < 3; count += 1) await store.deliveries.append(delivery());
    await advanceClock(1_000);
    const last = await store.deliveries.append(delivery());
    expect(await store.deliveries.forget({ keepMs: 500, limit: 2 })).toBe(2);
    expect(await store.deliveries.forget({ keepMs: 500, limit: 2 })).toBe(1);
    expect(await store.deliveries.forget({ keepMs: 500, limit: 2 })).toBe(0);
    const { items } = await queries.listDeliveries({}, { limit: 9, after: null });
    expect(items.map(({ id }) => id)).toEqual([last.id]);
  });
}
