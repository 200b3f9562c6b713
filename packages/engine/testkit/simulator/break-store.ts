import { isRunEnd, type LoadedRun } from '@millrace/core';
import type { Store } from '../../src/ports/index.ts';
import type { Breakage } from './breakages.ts';

/** A store that answers otherwise than it should. What is wrong with commits is another matter (`breakCommit`). */
export function breakStore(breakage: Breakage | null, store: Store): Store {
  const { runs, workers, outbox, events, cache } = store;
  switch (breakage) {
    case 'kept_results_lost':
      return { ...store, runs: { ...runs, load: async (ids) => (await runs.load(ids)).map(withoutOneResult) } };
    case 'lease_expiry_ignored':
      return { ...store, workers: { ...workers, expired: async () => [] } };
    case 'outbox_twice':
      return {
        ...store,
        outbox: { ...outbox, takeOld: (request) => outbox.takeOld({ ...request, olderThanMs: 0, hideMs: 1 }) },
      };
    case 'event_key_lost':
      return {
        ...store,
        events: {
          ...events,
          append: async (event) => {
            const appended = await events.append({ ...event, key: null });
            return { ...appended, event: { ...appended.event, key: event.key } };
          },
        },
      };
    case 'event_twice':
      return { ...store, events: { ...events, delivered: async () => {} } };
    case 'event_not_told':
      return { ...store, events: { ...events, waiting: async () => [] } };
    case 'cache_mixed':
      // As if the hash of a key were the same for all.
      return { ...store, cache: { ...cache, find: async (keys) => keys.map(() => ({ output: '{"token":0}' })) } };
    default:
      return store;
  }
}

/** Of a run that has ended: as if the first step that succeeded had not. */
function withoutOneResult(loaded: LoadedRun): LoadedRun {
  if (!isRunEnd(loaded.run.status)) return loaded;
  const lost = loaded.attempts.find(({ final, status, worker }) => final && status === 'succeeded' && worker !== null);
  return { ...loaded, attempts: loaded.attempts.filter((row) => row !== lost) };
}
