import { isRunEnd, type LoadedRun, type Plan } from '@millrace/core';
import type { Store } from '../../src/ports/index.ts';
import type { Breakage } from './breakages.ts';

/** A store that answers otherwise than it should. What is wrong with commits is another matter (`breakCommit`). */
export function breakStore(breakage: Breakage | null, store: Store): Store {
  const { runs, work, workers, outbox, events, cache, plans } = store;
  switch (breakage) {
    case 'kept_results_lost':
      return { ...store, runs: { ...runs, load: async (ids) => (await runs.load(ids)).map(withoutOneResult) } };
    case 'dependency_forgotten':
      return { ...store, plans: { ...plans, get: async (hashes) => mapValues(await plans.get(hashes), hasty) } };
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
    case 'events_missed':
      return { ...store, events: { ...events, missed: async () => [] } };
    case 'pause_ignored':
      return {
        ...store,
        work: {
          ...work,
          claim: async (request) => (await work.claim(request)).map((one) => ({ ...one, paused: false })),
        },
      };
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

/** The last step that depends on others depends on nothing. */
function hasty(plan: Plan): Plan {
  const last = plan.steps.findLast(({ dependsOn }) => dependsOn.length > 0);
  return { ...plan, steps: plan.steps.map((step) => (step === last ? { ...step, dependsOn: [] } : step)) };
}

const mapValues = <Key, Value>(
  map: ReadonlyMap<Key, Value>,
  change: (value: Value) => Value,
): ReadonlyMap<Key, Value> => new Map([...map].map(([key, value]) => [key, change(value)]));
