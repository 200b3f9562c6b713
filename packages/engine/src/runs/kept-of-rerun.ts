import { type KeptResults, keepResults, type RunId } from '@millrace/core';
import type { PlanCache } from '../plans/plan-cache.ts';
import type { Store } from '../ports/store.ts';

/**
 * What a re-run takes over when it begins, should it have been queued: the book that it was started with is not stored, but
 * the run before has ended and does not change. undefined: it is no re-run, or that run is not there any more.
 */
export function createKeptOfRerun(store: Pick<Store, 'runs'>, plans: PlanCache) {
  return async (run: RunId): Promise<KeptResults | undefined> => {
    const origin = await store.runs.origin(run);
    if (origin === null || origin.rerunOf === null) return undefined;
    const [loaded] = await store.runs.load([origin.rerunOf.run]);
    if (loaded === undefined) return undefined;
    const before = { plan: await plans.get(loaded.run.plan), loaded };
    return keepResults(await plans.get(origin.plan), before, origin.rerunOf.from);
  };
}
