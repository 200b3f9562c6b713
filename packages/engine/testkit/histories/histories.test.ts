import { describe, expect, test } from 'vitest';
import { createMemoryStore } from '../../src/memory/index.ts';
import type { Store } from '../../src/ports/index.ts';
import { createSettableClock } from '../settable-clock.ts';
import { type Breakage, breakCommit } from '../simulator/breakages.ts';
import { type History, runHistory } from './index.ts';

/** A history on the memory store, which `broken` may take a protection from. Here a seed gives the same one each time. */
async function history(seed: number, broken: (store: Store) => Store = (store) => store): Promise<History> {
  const clock = createSettableClock();
  const { store } = createMemoryStore({ now: clock.now });
  const used = broken(store);
  return runHistory({ seed, stores: [used, used], advanceClock: async (ms) => clock.advance(ms) });
}

test('histories of several clients keep every promise', async () => {
  for (let seed = 1; seed <= 40; seed += 1) expect((await history(seed)).faults, `seed ${seed}`).toEqual([]);
});

const breakages: Readonly<Record<string, (store: Store) => Store>> = {
  'commits win on any version': commitsBroken('version_check_off'),
  'messages are not stored': commitsBroken('outbox_dropped'),
  'timers are not stored': commitsBroken('timer_dropped'),
  'work outlives its attempt': commitsBroken('work_kept'),
  'claims forget what others hold': (store) => ({
    ...store,
    work: {
      ...store.work,
      async claim(request) {
        const held = await store.work.heldBy(request.worker);
        const more = await store.work.claim(request);
        return [...held, ...more];
      },
    },
  }),
  'timers fire early': (store) => ({
    ...store,
    waits: {
      ...store.waits,
      takeDue: async (request) =>
        (await store.waits.takeDue(request)).map((wait) => ({ ...wait, dueAt: wait.dueAt + 9_000 })),
    },
  }),
  'a load is older than a commit that was acknowledged': (store) => {
    let before: Awaited<ReturnType<Store['runs']['load']>> = [];
    const load: Store['runs']['load'] = async (ids) => {
      const loaded = await store.runs.load(ids);
      const old = before;
      before = loaded;
      return loaded.map((run) => old.find((one) => one.run.id === run.run.id) ?? run);
    };
    return { ...store, runs: { ...store.runs, load } };
  },
  'leases end at once': (store) => ({
    ...store,
    workers: { ...store.workers, renew: (ids) => store.workers.renew(ids, 0) },
  }),
  'whoever was removed may renew': (store) => ({
    ...store,
    workers: {
      ...store.workers,
      renew: async (ids, leaseMs) => ({ ...(await store.workers.renew(ids, leaseMs)), alive: ids }),
    },
  }),
  'start keys do not count': (store) => ({
    ...store,
    runs: {
      ...store.runs,
      commit: (batch, hint) =>
        store.runs.commit(
          batch.map((one) =>
            one.create === null
              ? one
              : { ...one, create: { ...one.create, origin: { ...one.create.origin, startKey: null } } },
          ),
          hint,
        ),
    },
  }),
};

function commitsBroken(breakage: Breakage): (store: Store) => Store {
  return (store) => ({
    ...store,
    runs: {
      ...store.runs,
      commit: async (batch, hint) => store.runs.commit(await breakCommit(breakage, batch, store), hint),
    },
  });
}

describe('a store that is broken on purpose is noticed', () => {
  test.each(Object.entries(breakages))('%s', async (_what, broken) => {
    for (let seed = 1; seed <= 30; seed += 1) {
      const noticed = await history(seed, broken).then(
        ({ faults }) => faults.length > 0,
        () => true, // The store itself refused what its own answers led to.
      );
      if (noticed) return;
    }
    throw new Error('30 histories did not notice.');
  });
});
