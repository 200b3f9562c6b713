import type { RunId } from '@millrace/core';
import type { RunStore } from '../ports/run-store.ts';

const smallest = 10;
const largest = 10_000;
/** A block that lasts less long than this was too small. */
const quickMs = 1_000;
/** Ids grow with time over all servers, as lists by time rely on; so what was taken long ago is not used any more. */
const staleMs = 60_000;

/**
 * Run ids, taken from the store in blocks ahead of need, so that starting a run costs no round trip for its id. The blocks
 * grow while runs are started quickly and stay small otherwise, so that the ids people see are near each other. The first start after a quiet minute waits for a block.
 */
export class RunIds {
  readonly #store: RunStore;
  #free: RunId[] = [];
  #blockSize = smallest;
  #takenAt = Number.NEGATIVE_INFINITY;
  #taking: Promise<void> | null = null;

  constructor(store: RunStore) {
    this.#store = store;
  }

  async next(): Promise<RunId> {
    if (performance.now() - this.#takenAt > staleMs) this.#free = [];
    for (;;) {
      const id = this.#free.pop();
      if (id !== undefined) {
        if (this.#free.length < this.#blockSize / 4) void this.prefetch().catch(() => {});
        return id;
      }
      await this.prefetch();
    }
  }

  /** Fetches a block, unless one is on its way. */
  prefetch(): Promise<void> {
    this.#taking ??= this.#take().finally(() => {
      this.#taking = null;
    });
    return this.#taking;
  }

  async #take(): Promise<void> {
    const now = performance.now();
    this.#blockSize = now - this.#takenAt < quickMs ? Math.min(this.#blockSize * 4, largest) : smallest;
    this.#takenAt = now;
    const ids = await this.#store.allocateIds(this.#blockSize);
    this.#free = [...ids].reverse().concat(this.#free);
  }
}
