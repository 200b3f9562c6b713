import { isRunEnd, type RunId, restoreState, reusedSteps, stepSummaries } from '@millrace/core';
import type { RunDetail } from '../engine-types.ts';
import type { PlanCache } from '../plans/plan-cache.ts';
import type { Queries } from '../ports/queries.ts';
import type { Store } from '../ports/store.ts';
import { findHookCalls } from './find-hook-calls.ts';
import { runNotFound } from './run-not-found.ts';

/** Enough for people; lists by the run have all. */
const mostReruns = 100;

/** A run with all of its steps, as it stands in the store. */
export function createGetRun(store: Store, queries: Queries, plans: PlanCache) {
  return async (run: RunId): Promise<RunDetail> => {
    const [loaded] = await store.runs.load([run]);
    if (loaded === undefined) throw runNotFound(run);
    const plan = await plans.get(loaded.run.plan);
    return {
      run: loaded.run,
      input: JSON.parse(loaded.run.input),
      output: loaded.run.output === null ? null : JSON.parse(loaded.run.output),
      steps: stepSummaries(plan, restoreState(plan, loaded)),
      reused: reusedSteps(plan, loaded),
      reruns: isRunEnd(loaded.run.status) ? await rerunsOf(run) : [],
      plan: plan.plan,
      hooks: await findHookCalls(store, loaded.run),
    };
  };

  /** Only an ended run can have some. */
  async function rerunsOf(run: RunId) {
    return (await queries.listRuns({ rerunOf: run }, { limit: mostReruns, after: null })).items;
  }
}
