import type { Clock } from '../ports/clock.ts';
import type { Store } from '../ports/store.ts';

const resyncMs = 30_000;

/**
 * A clock that follows the store's: it asks for the difference to this process's steady clock now and then, and so
 * neither a wrong nor a jumping system clock of one server moves due times. The middle of the round trip counts.
 */
export async function createStoreClock(store: Pick<Store, 'now'>): Promise<Clock & { stop(): void }> {
  let offset = 0;
  const measure = async () => {
    const before = performance.now();
    const there = await store.now();
    offset = there - (before + performance.now()) / 2;
  };
  await measure();
  const timer = setInterval(() => void measure().catch(() => {}), resyncMs);
  timer.unref();
  return {
    now: () => Math.round(performance.now() + offset),
    after(ms, callback) {
      const handle = setTimeout(callback, Math.min(ms, 2 ** 31 - 1));
      return () => clearTimeout(handle);
    },
    stop: () => clearInterval(timer),
  };
}
