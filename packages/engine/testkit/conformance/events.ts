import { eventTopic, type StoredEvent } from '@millrace/core';
import { expect, it } from 'vitest';
import type { EventFilter, NewEvent, Queries, Store } from '../../src/ports/index.ts';
import { change, createRun, key, only, ref, stepKey, wait } from './samples.ts';
import type { ConformanceStore } from './subject.ts';

const given = (more: Partial<NewEvent> = {}): NewEvent => ({
  workspace: 'shop',
  type: 'order.paid',
  payload: { n: 1, text: '\u0000"x' },
  source: { type: 'api' },
  key: null,
  ...more,
});

const awaiting = (type: string, more: Partial<ReturnType<typeof wait>> = {}, workspace = 'shop') =>
  wait({
    kind: 'event',
    dueAt: null,
    document: JSON.stringify({
      readyAt: 7,
      work: {},
      detail: { type, topic: eventTopic(workspace, type), fault: null },
    }),
    ...more,
  });

const append = async (store: Store, more: Partial<NewEvent> = {}): Promise<StoredEvent> =>
  (await store.events.append(given(more))).event;

const nothing = { runs: [], failures: [] };

export function eventFacts(subject: () => ConformanceStore): void {
  it('an event is kept as it was given, with a number and the time', async () => {
    const { store } = subject();
    const now = await store.now();
    const { event, created } = await store.events.append(given({ key: 'k' }));
    expect({ event, created }).toEqual({ event: { ...given({ key: 'k' }), id: event.id, at: now }, created: true });
    expect(await store.events.get(event.id)).toEqual({ event, outcome: null });
    expect(await store.events.get('999999' as StoredEvent['id'])).toBeNull();
    const second = await append(store);
    expect(BigInt(second.id)).toBeGreaterThan(BigInt(event.id));
  });

  it('a key has one event in a workspace, whoever sends it and how often', async () => {
    const { store, another } = subject();
    const other = await another();
    const both = await Promise.all(
      [store, other.store, store].map((one) => one.events.append(given({ key: 'k', payload: { by: 1 } }))),
    );
    expect(new Set(both.map(({ event }) => event.id)).size).toBe(1);
    expect(both.filter(({ created }) => created)).toHaveLength(1);
    const again = await store.events.append(given({ key: 'k', type: 'other', payload: { by: 2 } }));
    expect(again).toMatchObject({ created: false, event: { type: 'order.paid', payload: { by: 1 } } });
    expect((await store.events.append(given({ key: 'k', workspace: 'b' }))).created).toBe(true);
  });

  it('events that nobody delivered come oldest first, are hidden for a while, and end with their delivery', async () => {
    const { store, advanceClock } = subject();
    const first = await append(store);
    await advanceClock(10);
    const second = await append(store);
    await advanceClock(5);
    expect(await store.events.takeOld({ olderThanMs: 10, hideMs: 100, limit: 9 })).toEqual([first]);
    await advanceClock(20);
    expect(await store.events.takeOld({ olderThanMs: 10, hideMs: 100, limit: 9 })).toEqual([second]);
    await advanceClock(100);
    expect(await store.events.takeOld({ olderThanMs: 10, hideMs: 100, limit: 1 })).toEqual([first]);
    const error = { code: 'c', message: 'm' };
    const outcome = { runs: [{ trigger: 't', run: await createRun(store) }], failures: [{ trigger: 'u', error }] };
    await store.events.delivered(first.id, outcome);
    await store.events.delivered(second.id, nothing);
    await advanceClock(1_000);
    expect(await store.events.takeOld({ olderThanMs: 0, hideMs: 1, limit: 9 })).toEqual([]);
    expect(await store.events.get(first.id)).toEqual({ event: first, outcome });
  });

  it('an event finds the waits of its topic that are older than it, in pages', async () => {
    const { store } = subject();
    const one = await createRun(store, { waits: [awaiting('order.paid'), awaiting('order.sent', { step: 1 })] });
    const two = await createRun(store, {
      waits: [
        ...[2, 0, 1].map((item) => awaiting('order.paid', { item, attempt: 3 })),
        wait({ step: 9, kind: 'approval', dueAt: null, document: awaiting('order.paid').document }),
      ],
    });
    await createRun(store, { waits: [awaiting('order.paid', {}, 'other')] }, { workspace: 'other' });
    const event = await append(store);
    await createRun(store, { waits: [awaiting('order.paid')] });
    const expected = [ref(one), ...[0, 1, 2].map((item) => ref(two, { item, attempt: 3 }))];
    expect(await store.events.waiting(event, { after: null, limit: 9 })).toEqual(expected);
    const page = await store.events.waiting(event, { after: null, limit: 2 });
    expect(page).toEqual(expected.slice(0, 2));
    expect(await store.events.waiting(event, { after: page[1] ?? null, limit: 2 })).toEqual(expected.slice(2));
    await store.runs.commit([change(one, 1, { waitsDone: [{ ...stepKey(key()), kind: 'event' }] })], null);
    expect(await store.events.waiting(event, { after: null, limit: 1 })).toEqual([expected[1]]);
  });

  it('a wait finds the events of its topic that are younger than it, until it is over', async () => {
    const { store } = subject();
    await append(store);
    const run = await createRun(store, { waits: [awaiting('order.paid')] });
    const missed = (after: StoredEvent['id'] | null = null, limit = 9) =>
      store.events.missed(ref(run), { after, limit });
    expect(await missed()).toEqual([]);
    const first = await append(store);
    await append(store, { type: 'order.sent' });
    await append(store, { workspace: 'other' });
    const second = await append(store, { payload: { n: 2 } });
    expect(await missed()).toEqual([first, second]);
    expect(await missed(null, 1)).toEqual([first]);
    expect(await missed(first.id)).toEqual([second]);
    expect(await store.events.missed(ref(run, { attempt: 2 }), { after: null, limit: 9 })).toEqual([]);
    // Written anew for the same attempt it misses nothing; the next attempt begins after what there was.
    await store.runs.commit([change(run, 1, { waits: [awaiting('order.paid', { dueAt: 5 })] })], null);
    expect(await missed()).toEqual([first, second]);
    await store.runs.commit([change(run, 2, { waits: [awaiting('order.paid', { attempt: 2 })] })], null);
    expect(await missed()).toEqual([]);
    const next = { after: null, limit: 9 };
    expect(await store.events.missed(ref(run, { attempt: 2 }), next)).toEqual([]);
    const third = await append(store);
    expect(await store.events.missed(ref(run, { attempt: 2 }), next)).toEqual([third]);
    expect(await store.events.waiting(third, next)).toEqual([ref(run, { attempt: 2 })]);
  });

  it('of an event and a wait that come at once, one finds the other', async () => {
    const { store, another } = subject();
    const other = await another();
    for (let turn = 0; turn < 20; turn += 1) {
      const type = `turn.${turn}`;
      const [run, event] = await Promise.all([
        createRun(store, { waits: [awaiting(type)] }),
        append(other.store, { type }),
      ]);
      const [missed, waiting] = await Promise.all([
        store.events.missed(ref(run), { after: null, limit: 9 }),
        other.store.events.waiting(event, { after: null, limit: 9 }),
      ]);
      // Either the event came first, and neither sees the other, or both do.
      expect(missed.length).toBe(waiting.length);
      const late = await append(other.store, { type });
      expect(await other.store.events.waiting(late, { after: null, limit: 9 })).toEqual([ref(run)]);
    }
  });

  it('a wait for an event is loaded as it was set, and fires when it is due', async () => {
    const { store } = subject();
    const now = await store.now();
    const due = awaiting('order.paid', { dueAt: now });
    const run = await createRun(store, { waits: [due] });
    expect(only(await store.runs.load([run])).waits).toEqual([due]);
    const [taken] = await store.waits.takeDue({ limit: 9, hideMs: 10 });
    expect(taken).toEqual({ ...ref(run), kind: 'event', dueAt: now });
    if (taken !== undefined) await store.waits.discard(taken);
    expect(await store.events.waiting(await append(store), { after: null, limit: 9 })).toEqual([]);
  });

  it('events are listed by every filter, newest first, in pages', async () => {
    const { store, queries } = subject();
    const all: StoredEvent[] = [];
    for (const [workspace, type, name] of [
      ['a', 'x', 'k1'],
      ['a', 'y', null],
      ['b', 'x', 'k1'],
      ['a', 'x', null],
    ] as const) {
      all.unshift(await append(store, { workspace, type, key: name }));
    }
    const list = async (filter: EventFilter): Promise<readonly StoredEvent[]> => {
      const found: StoredEvent[] = [];
      for (let after: string | null = null; ; ) {
        const page: Awaited<ReturnType<Queries['listEvents']>> = await queries.listEvents(filter, { limit: 2, after });
        found.push(...page.items);
        after = page.next;
        if (after === null) return found;
      }
    };
    expect(await list({})).toEqual(all);
    expect(await list({ workspace: 'a' })).toEqual(all.filter(({ workspace }) => workspace === 'a'));
    expect(await list({ workspace: 'a', type: 'x' })).toEqual([all[0], all[3]]);
    expect(await list({ type: 'x' })).toEqual([all[0], all[1], all[3]]);
    expect(await list({ workspace: 'b', key: 'k1' })).toEqual([all[1]]);
    expect(await list({ type: 'z' })).toEqual([]);
  });
}
