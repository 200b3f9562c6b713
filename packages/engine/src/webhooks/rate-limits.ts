import type { Instant } from '@millrace/core';

type Window = { startedAt: Instant; count: number };
const maxWindows = 10_000;

/** How many requests each webhook took in the current stretch of time, on this server. */
export class RateLimits {
  readonly #windows = new Map<string, Window>();

  /** `first`: it is the first one too many, which is worth a line in the log. */
  take(
    key: string,
    { limit, perMs }: Readonly<{ limit: number; perMs: number }>,
    now: Instant,
  ): 'ok' | 'first' | 'over' {
    let window = this.#windows.get(key);
    if (window === undefined || now - window.startedAt >= perMs || now < window.startedAt) {
      if (this.#windows.size >= maxWindows) this.#windows.clear();
      window = { startedAt: now, count: 0 };
      this.#windows.set(key, window);
    }
    window.count += 1;
    if (window.count <= limit) return 'ok';
    return window.count === limit + 1 ? 'first' : 'over';
  }
}
