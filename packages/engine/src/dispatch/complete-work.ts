import { MillraceError, type RunId, restoreState } from '@millrace/core';
import type { PlanCache } from '../plans/plan-cache.ts';
import type { Clock } from '../ports/clock.ts';
import type { RunStore } from '../ports/run-store.ts';
import type { ClaimedWork } from '../ports/work-store.ts';
import type { EngineSettings } from '../settings.ts';
import { type AnyAssignment, isLocalRun, toAssignment, toLocalRunAssignment } from './assignment.ts';

export type CompleteWorkOptions = Readonly<{
  plans: PlanCache;
  runs: RunStore;
  clock: Clock;
  settings: EngineSettings;
  /** Loads runs ahead of the reports that will come for them. */
  prefetch(runs: readonly RunId[]): void;
  onError(error: unknown, where: string): void;
}>;

/** Completes claimed work to assignments, with plans from the cache; a local run also needs what is in its run. */
export function createCompleteWork({ plans, runs, clock, settings, prefetch, onError }: CompleteWorkOptions) {
  return async (claimed: readonly ClaimedWork[]): Promise<readonly AnyAssignment[]> => {
    const found = await plans.getMany(claimed.map(({ origin }) => origin.plan));
    prefetch(claimed.map(({ origin }) => origin.id));
    const whole = claimed.filter(({ work }) => isLocalRun(work)).map(({ origin }) => origin.id);
    const loaded = new Map(whole.length === 0 ? [] : (await runs.load(whole)).map((run) => [run.run.id, run]));
    return claimed.flatMap(({ origin, startedAt, work }): AnyAssignment[] => {
      const plan = found.get(origin.plan);
      if (plan === undefined) {
        onError(noPlan(origin.plan, origin.id), 'claim');
        return [];
      }
      if (!isLocalRun(work)) return [toAssignment(plan, origin, startedAt, work, settings)];
      const run = loaded.get(origin.id);
      if (run === undefined) return [];
      return [toLocalRunAssignment(plan, origin, restoreState(plan, run), work, clock.now(), settings)];
    });
  };
}

const noPlan = (plan: string, run: RunId): MillraceError =>
  new MillraceError('internal', `The plan ${plan} of run ${run} is not in the store.`);
