import type { CacheStore } from '../ports/cache-store.ts';
import type { Clock } from '../ports/clock.ts';
import { Loop } from './loop.ts';

const batch = 1_000;
/** What has expired is not found any more; it only takes room. */
const restMs = 60_000;

export type CacheLoopOptions = Readonly<{
  cache: CacheStore;
  clock: Clock;
  pollMs: number;
  onError(error: unknown, where: string): void;
}>;

/** Removes outputs from the cache that have expired. */
export function createCacheLoop({ cache, clock, pollMs, onError }: CacheLoopOptions): Loop {
  return new Loop({
    name: 'cache',
    clock,
    pauseMs: pollMs,
    onError,
    duty: async () => ((await cache.removeExpired(batch)) === batch ? 0 : restMs),
  });
}
