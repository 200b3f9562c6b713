import type { LoadedRun, RunId, WorkerId } from '@millrace/core';
import type { ClaimedWork, RunCommit } from '../../src/ports/index.ts';
import { Violation } from './violation.ts';

/** What is recorded of a local run comes from the worker that carries it out. */
export class LocalRunChecks {
  /** By the last lease that was given: by a commit, or by a claim, which is none. */
  readonly #holders = new Map<RunId, WorkerId>();

  claimed(claimed: readonly ClaimedWork[], worker: WorkerId): void {
    for (const { origin, work } of claimed) if (work.step === -1) this.#holders.set(origin.id, worker);
  }

  committed({ id, changes }: RunCommit, before: LoadedRun | null, after: LoadedRun): void {
    const [own, next] = [before, after].map((loaded) => loaded?.work.find(({ step }) => step === -1));
    if (own !== undefined && next !== undefined && next.attempt !== own.attempt && next.attempt !== own.attempt + 1) {
      throw new Violation('attempts_grow_by_one', `Run ${id} went from attempt ${own.attempt} to ${next.attempt}.`);
    }
    const holder = this.#holders.get(id);
    const stranger = changes.attempts.find(({ worker }) => worker !== null && worker !== holder);
    if (own !== undefined && holder !== undefined && stranger !== undefined) {
      const message = `Run ${id} is held by ${holder}; an attempt of ${stranger.worker} was committed.`;
      throw new Violation('local_runs', message);
    }
    if (next?.worker === undefined || next.worker === null) this.#holders.delete(id);
    else this.#holders.set(id, next.worker);
  }
}
