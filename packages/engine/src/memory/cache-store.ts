import { type CachedOutput, type Instant, isWithinReach, namedObject, type RunId } from '@millrace/core';
import type { CacheEntry, CacheFilter, CacheKey, CacheStore } from '../ports/index.ts';
import type { MemoryState } from './memory-state.ts';

export type StoredOutput = CacheEntry & Readonly<{ output: string | null }>;

const slotOf = ({ workspace, key }: CacheKey): string => `${workspace}\n${key}`;

/** A commit puts an output into the cache, in the place of one with the same key. */
export function putInCache(state: MemoryState, run: RunId, cached: CachedOutput, now: Instant): void {
  const { ttlMs, ...kept } = cached;
  const sizeBytes = Buffer.byteLength(kept.output ?? '');
  const times = { createdAt: now, expiresAt: now + ttlMs };
  state.cache.set(slotOf(cached), { ...kept, run, sizeBytes, ...times });
}

export function createCacheStore(state: MemoryState): CacheStore {
  const living = (filter: CacheFilter): StoredOutput[] =>
    [...state.cache.values()].filter((entry) => entry.expiresAt > state.now() && matches(entry, filter));
  return {
    find: async (keys) =>
      keys.map((key) => {
        const found = state.cache.get(slotOf(key));
        return found === undefined || found.expiresAt <= state.now() ? null : { output: found.output };
      }),
    async list(filter, { limit, after }) {
      const all = living(filter).sort((left, right) => (cursorOf(left) < cursorOf(right) ? 1 : -1));
      // Behind a text that is no cursor stands nothing.
      const isCursor = after !== null && /^\d{15}:/.test(after);
      const rest = after === null ? all : all.filter((entry) => isCursor && cursorOf(entry) < after);
      const items = rest.slice(0, limit).map(({ output: _, ...entry }) => entry);
      const last = items.at(-1);
      return { items, next: rest.length > limit && last !== undefined ? cursorOf(last) : null };
    },
    async clear(filter) {
      const gone = living(filter);
      for (const entry of gone) state.cache.delete(slotOf(entry));
      return gone.length;
    },
    async removeExpired(limit) {
      const gone = [...state.cache.values()].filter(({ expiresAt }) => expiresAt <= state.now()).slice(0, limit);
      for (const entry of gone) state.cache.delete(slotOf(entry));
      return gone.length;
    },
  };
}

/** Grows with time; by key among those of one moment. */
const cursorOf = ({ createdAt, key, workspace }: CacheEntry): string =>
  `${String(createdAt).padStart(15, '0')}:${key}:${workspace}`;

function matches(entry: CacheEntry, filter: CacheFilter): boolean {
  return (
    (filter.workspace === undefined || entry.workspace === filter.workspace) &&
    (filter.workflow === undefined || entry.workflow === filter.workflow) &&
    (filter.step === undefined || entry.step === filter.step) &&
    (filter.label === undefined || entry.label === filter.label) &&
    (filter.reach === undefined ||
      isWithinReach(filter.reach, namedObject(entry.workspace, entry.workflow, entry.folder)))
  );
}
