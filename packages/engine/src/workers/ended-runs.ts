import { type EndedRuns, isRunEnd, MillraceError, maxEndedRuns, type RunId } from '@millrace/core';
import type { RunStore } from '../ports/run-store.ts';

/** Tells a worker which of the runs that it keeps something for have ended. Codes: invalid_request. */
export function createEndedRuns(runs: RunStore) {
  return async (asked: readonly RunId[]): Promise<EndedRuns> => {
    if (asked.length > maxEndedRuns) {
      throw new MillraceError(
        'invalid_request',
        `A worker may ask for ${maxEndedRuns} runs at once, not ${asked.length}.`,
      );
    }
    const statuses = await runs.statuses(asked);
    const hasEnded = (run: RunId): boolean => isRunEnd(statuses.get(run) ?? 'queued');
    return { ended: asked.filter(hasEnded), unknown: asked.filter((run) => !statuses.has(run)) };
  };
}
