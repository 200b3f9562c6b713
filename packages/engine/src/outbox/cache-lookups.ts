import type { CacheKey, CacheStore } from '../ports/cache-store.ts';

type Hit = Readonly<{ output: string | null }> | null;
type Waiting = Readonly<{ key: CacheKey; resolve(hit: Hit): void; reject(error: unknown): void }>;

/** The most keys of one query. */
const together = 1_000;

/** Looks keys up together that are asked for within a turn: a for-each of 1,000 items asks the store once. */
export class CacheLookups {
  readonly #cache: CacheStore;
  #waiting: Waiting[] = [];

  constructor(cache: CacheStore) {
    this.#cache = cache;
  }

  find(key: CacheKey): Promise<Hit> {
    return new Promise((resolve, reject) => {
      if (this.#waiting.length === 0) queueMicrotask(() => this.#ask());
      this.#waiting.push({ key, resolve, reject });
    });
  }

  #ask(): void {
    const all = this.#waiting;
    this.#waiting = [];
    for (let at = 0; at < all.length; at += together) {
      const some = all.slice(at, at + together);
      this.#cache.find(some.map(({ key }) => key)).then(
        (hits) => {
          for (const [index, { resolve }] of some.entries()) resolve(hits[index] ?? null);
        },
        (error) => {
          for (const { reject } of some) reject(error);
        },
      );
    }
  }
}
