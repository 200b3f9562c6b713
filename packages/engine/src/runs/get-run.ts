import { type RunId, restoreState, reusedSteps, stepSummaries } from '@millrace/core';
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
  return async (id: RunId): Promise<RunDetail> => {
    const stored = await queries.runDetail(id, mostReruns);
    if (stored === null) throw runNotFound(id);
    const { run, reruns } = stored;
    const plan = await plans.get(run.plan);
    return {
      run,
      input: JSON.parse(run.input),
      output: run.output === null ? null : JSON.parse(run.output),
      steps: stepSummaries(plan, restoreState(plan, stored)),
      reused: reusedSteps(plan, stored),
      reruns,
      plan: plan.plan,
      hooks: await findHookCalls(store, run),
    };
  };
}
