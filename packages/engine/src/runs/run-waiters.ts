import type { RunEndStatus, RunId } from '@millrace/core';

/** Called with how the run has ended, where that is known; otherwise it may have. */
type Look = (ended?: RunEndStatus) => void;

/** Callers who wait for the end of runs. Told at once by commits of this server, and by hints of others. */
export class RunWaiters {
  readonly #waiting = new Map<RunId, Set<Look>>();

  /** The returned function ends the wait. */
  add(run: RunId, look: Look): () => void {
    const looks = this.#waiting.get(run) ?? new Set();
    this.#waiting.set(run, looks.add(look));
    return () => {
      looks.delete(look);
      if (looks.size === 0 && this.#waiting.get(run) === looks) this.#waiting.delete(run);
    };
  }

  /** `status`: as a commit of this server has it; absent: another server told that the run changed. */
  ended(run: RunId, status?: RunEndStatus): void {
    for (const look of [...(this.#waiting.get(run) ?? [])]) look(status);
  }

  /** Everybody looks again. */
  wakeAll(): void {
    for (const looks of [...this.#waiting.values()]) for (const look of [...looks]) look();
  }
}
