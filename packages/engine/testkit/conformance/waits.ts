import { expect, it } from 'vitest';
import { change, createRun, key, ref, stepKey, wait } from './samples.ts';
import type { ConformanceStore } from './subject.ts';

export function waitFacts(subject: () => ConformanceStore): void {
  it('waits that are due come oldest first and are hidden for a while; their due time stays', async () => {
    const { store, advanceClock } = subject();
    const now = await store.now();
    const waits = [3, 1, 2, 500].map((ms) => wait({ step: ms, dueAt: now + ms }));
    const id = await createRun(store, { waits: [...waits, wait({ kind: 'approval', dueAt: null })] });
    expect(await store.waits.takeDue({ limit: 10, hideMs: 1_000 })).toEqual([]);
    expect(await store.waits.nextDueAt()).toBe(now + 1);
    await advanceClock(100);
    const first = await store.waits.takeDue({ limit: 2, hideMs: 1_000 });
    expect(first).toEqual([1, 2].map((ms) => ({ ...ref(id, { step: ms }), kind: 'retry', dueAt: now + ms })));
    expect((await store.waits.takeDue({ limit: 2, hideMs: 1_000 })).map(({ step }) => step)).toEqual([3]);
    expect(await store.waits.nextDueAt()).toBe(now + 500);
    await advanceClock(1_000);
    const again = await store.waits.takeDue({ limit: 10, hideMs: 1_000 });
    expect(again.map(({ dueAt }) => dueAt - now)).toEqual([1, 2, 3, 500]);
  });

  it('waits that are cleared or discarded do not fire', async () => {
    const { store, advanceClock } = subject();
    const now = await store.now();
    const id = await createRun(store, {
      waits: [wait({ dueAt: now }), wait({ kind: 'timer', dueAt: now }), wait({ kind: 'delay', dueAt: now })],
    });
    await store.waits.discard({ ...ref(id), kind: 'timer', dueAt: now });
    await store.waits.discard({ ...ref(id, { attempt: 7 }), kind: 'delay', dueAt: now });
    await store.runs.commit([change(id, 1, { waitsDone: [{ ...stepKey(key()), kind: 'retry' }] })], null);
    await advanceClock(1);
    expect((await store.waits.takeDue({ limit: 10, hideMs: 10 })).map(({ kind }) => kind)).toEqual(['delay']);
  });

  it('a wait that was set anew is not discarded by somebody who saw the one before', async () => {
    const { store } = subject();
    const now = await store.now();
    const id = await createRun(store, { waits: [wait({ dueAt: now })] });
    await store.runs.commit([change(id, 1, { waits: [wait({ dueAt: now + 9 })] })], null);
    await store.waits.discard({ ...ref(id), kind: 'retry', dueAt: now });
    expect(await store.waits.nextDueAt()).toBe(now + 9);
  });

  it('without waits nothing is due', async () => {
    const { store } = subject();
    await createRun(store, { waits: [wait({ dueAt: null, kind: 'child' })] });
    expect(await store.waits.nextDueAt()).toBeNull();
  });
}

export function outboxFacts(subject: () => ConformanceStore): void {
  const say = (by: string) => ({ kind: 'cancel_children', from: null, reason: null, by }) as const;

  it('messages that nobody delivered come oldest first and are hidden for a while', async () => {
    const { store, advanceClock } = subject();
    const one = await createRun(store, { outbox: [say('a'), say('b')] });
    await advanceClock(10);
    await store.runs.commit([change(one, 1, { outbox: [say('c')] })], null);
    await advanceClock(5);
    expect(await store.outbox.takeOld({ olderThanMs: 10, hideMs: 100, limit: 1 })).toEqual([
      { key: { run: one, version: 1, ordinal: 0 }, run: one, message: say('a') },
    ]);
    await advanceClock(5);
    const rest = await store.outbox.takeOld({ olderThanMs: 10, hideMs: 100, limit: 9 });
    expect(rest.map(({ key: at }) => [at.version, at.ordinal])).toEqual([
      [1, 1],
      [2, 0],
    ]);
    expect(await store.outbox.takeOld({ olderThanMs: 0, hideMs: 100, limit: 9 })).toEqual([]);
    await advanceClock(100);
    expect(await store.outbox.takeOld({ olderThanMs: 0, hideMs: 100, limit: 9 })).toHaveLength(3);
  });

  it('a message dies with the commit that acts on it, or by hand', async () => {
    const { store } = subject();
    const from = await createRun(store, { outbox: [say('a'), say('b'), say('c')] });
    const to = await createRun(store);
    const acting = { ...change(to, 1), delivered: [{ run: from, version: 1, ordinal: 1 }] };
    const late = { ...change(from, 9), delivered: [{ run: from, version: 1, ordinal: 2 }] };
    await store.runs.commit([acting, late], null);
    await store.outbox.remove([
      { run: from, version: 1, ordinal: 0 },
      { run: from, version: 8, ordinal: 0 },
    ]);
    await store.outbox.remove([]);
    const left = await store.outbox.takeOld({ olderThanMs: 0, hideMs: 0, limit: 9 });
    expect(left.map(({ key: at }) => at.ordinal)).toEqual([2]);
  });

  it('every kind of message comes back as it was sent', async () => {
    const { store } = subject();
    const messages = [
      {
        kind: 'start_child',
        from: key({ step: 2 }),
        workflow: 'w',
        input: { a: [1, null, '\u0000'] },
        depth: 2,
        wait: true,
      },
      {
        kind: 'child_ended',
        parent: { run: await createRun(store), ...key() },
        status: 'failed',
        output: '{"x":1}',
        error: { code: 'c', message: 'm' },
      },
      { kind: 'emit', from: key(), type: 'order.paid', payload: { a: '\u0000' } },
      { kind: 'await_event', from: key({ item: 3 }) },
      say('x'),
    ] as const;
    await createRun(store, { outbox: messages });
    const sent = await store.outbox.takeOld({ olderThanMs: 0, hideMs: 0, limit: 9 });
    expect(sent.map(({ message }) => message)).toEqual(messages);
  });
}
