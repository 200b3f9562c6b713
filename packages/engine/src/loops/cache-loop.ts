import type { CacheStore } from '../ports/cache-store.ts';
import type { Clock } from '../ports/clock.ts';
import { Loop } from './loop.ts';

const batch = 1_000;
/** How often it looks: what has expired is not found any more; it only takes room. */
const everyMs = 60_000;

export type CacheLoopOptions = Readonly<{
  cache: CacheStore;
  clock: Clock;
  pollMs: number;
  onError(error: unknown, where: string): void;
}>;

/** Removes outputs from the cache that have expired. */
export function createCacheLoop({ cache, clock, pollMs, onError }: CacheLoopOptions): Loop {
  let lookAt = 0;
  return new Loop({
    name: 'cache',
    clock,
    pauseMs: pollMs,
    onError,
    duty: async () => {
      if (clock.now() < lookAt) return pollMs;
      if ((await cache.removeExpired(batch)) === batch) return 0;
      lookAt = clock.now() + everyMs;
      return pollMs;
    },
  });
}
