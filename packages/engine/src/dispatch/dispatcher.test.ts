import { type Assignment, type RunId, runId, type WorkerDescription, workerId } from '@millrace/core';
import { describe, expect, test } from 'vitest';
import { createRun, lane, ref, work, worker } from '../../testkit/conformance/samples.ts';
import { createMemoryStore } from '../memory/index.ts';
import type { Store } from '../ports/index.ts';
import { defaultSettings } from '../settings.ts';
import { attemptRef } from './attempt-ref.ts';
import { Dispatcher } from './dispatcher.ts';

/** A store whose claims happen at once, and whose answers to them come when they are let go. */
function slowClaims(store: Store) {
  const claimed = Promise.withResolvers<void>();
  const gate = Promise.withResolvers<void>();
  const slow: Store = {
    ...store,
    work: {
      ...store.work,
      async claim(request) {
        const answer = await store.work.claim(request);
        claimed.resolve();
        await gate.promise;
        return answer;
      },
    },
  };
  return { store: slow, claimed: claimed.promise, letGo: gate.resolve };
}

function openDispatcher(store: Store, errors: unknown[] = []): Dispatcher {
  return new Dispatcher({
    store,
    settings: defaultSettings,
    toAssignments: async (claimed) =>
      claimed.map(({ origin, work: row }): Assignment => attemptRef(origin.id, row) as Assignment),
    hold: async () => 'not_held',
    onError: (error) => errors.push(error),
  });
}

async function open() {
  const memory = createMemoryStore();
  const slow = slowClaims(memory.store);
  const errors: unknown[] = [];
  const dispatcher = openDispatcher(slow.store, errors);
  const run = await createRun(memory.store, { work: [work()] });
  dispatcher.lanes.add([lane]);
  return { ...slow, store: memory.store, dispatcher, run, errors };
}

const description: WorkerDescription = { ...worker('w'), id: workerId('w') };
const holders = async (store: Store) => (await store.work.heldBy(description.id)).length;

describe('work that was claimed for a worker which meanwhile', () => {
  test('was forgotten and came back stays the work that it was handed on its return', async () => {
    const { store, dispatcher, run, claimed, letGo, errors } = await open();
    await dispatcher.connect(description);
    await claimed;
    dispatcher.disconnect(description.id);
    const back = await dispatcher.connect(description);
    expect(back.told()).toEqual([ref(run)]);
    letGo();
    await dispatcher.stop();
    expect(await holders(store)).toBe(1);
    expect(back.holds(ref(run))).toBe(true);
    expect(errors).toEqual([]);
  });

  test('was forgotten stays with it: another server may have handed it over', async () => {
    const { store, dispatcher, claimed, letGo } = await open();
    await dispatcher.connect(description);
    await claimed;
    dispatcher.disconnect(description.id);
    letGo();
    await dispatcher.stop();
    expect(await holders(store)).toBe(1);
  });

  test('came back is compared with the store, should it have come too early to hear of it', async () => {
    const { dispatcher, claimed, letGo, run } = await open();
    await dispatcher.connect(description);
    await claimed;
    dispatcher.disconnect(description.id);
    const back = await dispatcher.connect(description);
    back.release(ref(run));
    letGo();
    await dispatcher.stop();
    expect(back.suspect).toBe(true);
    await dispatcher.reconcile(back);
    expect(back.told()).toEqual([ref(run)]);
  });

  test('stops is given back', async () => {
    const { store, dispatcher, claimed, letGo } = await open();
    const stopping = await dispatcher.connect(description);
    await claimed;
    stopping.stopping = true;
    letGo();
    await dispatcher.stop();
    expect(await holders(store)).toBe(0);
    expect(stopping.told()).toEqual([]);
  });

  test('stops is not given back where a comparison has handed it over before', async () => {
    const { store, dispatcher, run, claimed, letGo } = await open();
    const stopping = await dispatcher.connect(description);
    await claimed;
    await dispatcher.reconcile(stopping);
    stopping.stopping = true;
    letGo();
    await dispatcher.stop();
    expect(await holders(store)).toBe(1);
    expect(stopping.told()).toEqual([ref(run)]);
  });
});

describe('a server that had more work than room', () => {
  test('leases what becomes ready at once again, though more arrives with each claim', async () => {
    const { store } = createMemoryStore();
    const arrived: RunId[] = [];
    const arriving: Store = {
      ...store,
      work: {
        ...store.work,
        async claim(request) {
          const answer = await store.work.claim(request);
          const next = ref(runId(String(100 + arrived.length)));
          if (arrived.length < 5 && dispatcher.lease(lane, next) === null) {
            arrived.push(await createRun(store, { work: [work()] }));
            dispatcher.lanes.workArrived(lane);
          }
          return answer;
        },
      },
    };
    const dispatcher: Dispatcher = openDispatcher(arriving);
    await createRun(store, { work: [work()] });
    dispatcher.lanes.add([lane]);
    const busy = await dispatcher.connect(description);
    await expect.poll(() => busy.told().length).toBe(2);
    expect(arrived).toHaveLength(1);
    await dispatcher.stop();
  });

  test('leases nothing that would overtake what nobody has room for', async () => {
    const { dispatcher, claimed, letGo } = await open();
    const busy = await dispatcher.connect({ ...description, slots: 2 });
    await claimed;
    letGo();
    await expect.poll(() => busy.told().length).toBe(1);
    expect(dispatcher.lease(lane, ref(runId('77')))).toBe(busy);
    expect(dispatcher.lease(lane, ref(runId('78')))).toBe(null);
    busy.release(ref(runId('77')));
    expect(dispatcher.lease(lane, ref(runId('79')))).toBe(null);
    await dispatcher.stop();
  });
});
