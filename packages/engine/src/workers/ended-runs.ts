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
    const ended: RunId[] = [];
    const unknown: RunId[] = [];
    for (const run of asked) {
      const status = await runs.status(run);
      if (status === null) unknown.push(run);
      else if (isRunEnd(status)) ended.push(run);
    }
    return { ended, unknown };
  };
}
