import { isRunEnd, type RunId } from '@millrace/core';
import type { PlanCache } from '../plans/plan-cache.ts';
import type { ApprovalFilter, Page, Paged, Queries } from '../ports/queries.ts';
import type { Store } from '../ports/store.ts';
import { runNotFound } from '../runs/run-not-found.ts';
import { type OpenApproval, openApproval } from './open-approval.ts';

/** The approvals that wait for people, those of the newest runs first. */
export function createListApprovals(queries: Queries, plans: PlanCache) {
  return async (filter: ApprovalFilter, page: Page): Promise<Paged<OpenApproval>> => {
    const { items, next } = await queries.listApprovals(filter, page);
    const prepared = await plans.getMany(items.map(({ plan }) => plan));
    return {
      items: items.flatMap((item) => {
        const step = prepared.get(item.plan)?.plan.steps[item.step];
        return step === undefined ? [] : [openApproval({ ...item, id: item.run }, step, item)];
      }),
      next,
    };
  };
}

/** The open approvals of one run, in the order of its steps. Codes: run_not_found. */
export function createRunApprovals(store: Store, plans: PlanCache) {
  return async (run: RunId): Promise<readonly OpenApproval[]> => {
    const [loaded] = await store.runs.load([run]);
    if (loaded === undefined) throw runNotFound(run);
    if (isRunEnd(loaded.run.status)) return [];
    const { plan } = await plans.get(loaded.run.plan);
    return loaded.waits
      .filter(({ kind }) => kind === 'approval')
      .sort((a, b) => a.step - b.step || a.iteration - b.iteration || a.item - b.item)
      .flatMap((wait) => {
        const step = plan.steps[wait.step];
        return step === undefined ? [] : [openApproval(loaded.run, step, wait)];
      });
  };
}
