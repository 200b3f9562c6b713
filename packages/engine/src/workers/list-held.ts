import type { Instant, RunId, WorkerId } from '@millrace/core';
import type { StepNames } from '../logs/step-names.ts';
import type { WorkStore } from '../ports/work-store.ts';

/** An attempt that a worker holds, for people. */
export type HeldAttempt = Readonly<{
  run: RunId;
  workspace: string;
  workflow: string;
  step: string;
  item: number;
  iteration: number;
  attempt: number;
  queue: string;
  since: Instant;
}>;

/** What a worker holds, the longest first. Empty for one that is not known. */
export function createListHeld(work: WorkStore, names: StepNames) {
  return async (worker: WorkerId): Promise<readonly HeldAttempt[]> => {
    const held = await work.heldBy(worker);
    const named = await Promise.all(
      held.map(
        async ({ origin: { id: run, workspace, workflow }, work: { step, lane, leasedAt, readyAt, ...key } }) => ({
          run,
          workspace,
          workflow,
          step: (await names.of(run))?.steps[step] ?? String(step),
          item: key.item,
          iteration: key.iteration,
          attempt: key.attempt,
          queue: lane.queue,
          since: leasedAt ?? readyAt,
        }),
      ),
    );
    return named.sort((left, right) => left.since - right.since);
  };
}
