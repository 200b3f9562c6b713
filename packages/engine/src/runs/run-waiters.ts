import type { RunId } from '@millrace/core';

/** Callers who wait for the end of runs. Told at once by commits of this server, and by hints of others. */
export class RunWaiters {
  readonly #waiting = new Map<RunId, Set<() => void>>();

  /** Calls `look` when the run has ended or may have; the returned function ends the wait. */
  add(run: RunId, look: () => void): () => void {
    const looks = this.#waiting.get(run) ?? new Set();
    this.#waiting.set(run, looks.add(look));
    return () => {
      looks.delete(look);
      if (looks.size === 0 && this.#waiting.get(run) === looks) this.#waiting.delete(run);
    };
  }

  ended(run: RunId): void {
    for (const look of [...(this.#waiting.get(run) ?? [])]) look();
  }

  /** Everybody looks again. */
  wakeAll(): void {
    for (const looks of [...this.#waiting.values()]) for (const look of [...looks]) look();
  }
}
