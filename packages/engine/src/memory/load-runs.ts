import type { LoadedRun, RunId, Work } from '@millrace/core';
import { compareSteps, type MemoryState, type RunEntry, type WorkEntry } from './memory-state.ts';

export function loadRuns(state: MemoryState, ids: readonly RunId[]): readonly LoadedRun[] {
  const loaded: LoadedRun[] = [];
  for (const id of new Set(ids)) {
    const run = state.runs.get(id);
    if (run !== undefined) loaded.push(loadRun(run));
  }
  return loaded;
}

function loadRun(run: RunEntry): LoadedRun {
  return {
    run: { ...run.origin, ...run.head, version: run.version, createdAt: run.createdAt, input: run.input },
    attempts: [...run.attempts.values()].sort(
      (left, right) => compareSteps(left, right) || left.attempt - right.attempt,
    ),
    work: [...run.work.values()].map(workOf).sort(compareSteps),
    waits: [...run.waits.values()]
      .map((entry) => entry.wait)
      .sort((left, right) => compareSteps(left, right) || (left.kind < right.kind ? -1 : 1)),
  };
}

export function workOf(entry: WorkEntry): Work {
  const { step, item, iteration, attempt, lane, priority, readyAt, document, worker, leasedAt } = entry;
  return { step, item, iteration, attempt, lane, priority, readyAt, document, worker, leasedAt };
}
