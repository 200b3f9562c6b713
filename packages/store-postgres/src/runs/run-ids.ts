import { type RunId, runId } from '@millrace/core';
import type { Database } from '../connections/database.ts';
import { readStatement } from '../connections/statement.ts';

const nextRunIds = readStatement(import.meta.url, 'next-run-ids');

/** Runs are listed by id, newest first, so ids kept for long would put new runs among old ones. */
const keptMs = 5_000;
const smallestBlock = 16;
const largestBlock = 2_048;

/** Hands out run ids from blocks, which grow while they are used up fast and are thrown away when they are old. */
export class RunIds {
  readonly #database: Database;
  #block: RunId[] = [];
  #takenAt = Number.NEGATIVE_INFINITY;
  #blockSize = smallestBlock;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(database: Database) {
    this.#database = database;
  }

  /** One call after the other, so that many at once share blocks. */
  allocate(count: number): Promise<readonly RunId[]> {
    const allocated = this.#turn.then(() => this.#allocate(count));
    this.#turn = allocated.catch(() => undefined);
    return allocated;
  }

  async #allocate(count: number): Promise<readonly RunId[]> {
    const young = performance.now() - this.#takenAt < keptMs;
    if (!young) this.#block = [];
    if (this.#block.length < count) {
      this.#blockSize = young ? Math.min(largestBlock, this.#blockSize * 2) : smallestBlock;
      const rows = await this.#database.query<{ id: string }>(nextRunIds, [
        count - this.#block.length + this.#blockSize,
      ]);
      for (const row of rows) this.#block.push(runId(row.id));
      this.#takenAt = performance.now();
    }
    return this.#block.splice(0, count);
  }
}
