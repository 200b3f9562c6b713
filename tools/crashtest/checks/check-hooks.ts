import type { LoadedRun } from '@millrace/core';
import { HookChecks } from '../../../packages/engine/testkit/simulator/hook-checks.ts';
import { controlOf } from '../../../packages/engine/testkit/simulator/run-checks.ts';
import type { Histories, Violate } from './histories.ts';
import { told } from './told.ts';

/** Each state that calls hooks called all of them, each call has one run, and what a hook started calls none. */
export function checkHooks({ runs, plans }: Histories, violate: Violate): void {
  const checks = new HookChecks();
  for (const loaded of runs) told(violate, () => checks.created(loaded));
  for (const loaded of runs) {
    const plan = plans.get(loaded.run.plan);
    if (plan !== undefined) told(violate, () => checks.committed(plan, loaded));
  }
  told(violate, () => checks.atEnd(runs));
  for (const { run } of runs) {
    for (const { call, error } of controlOf(run).hooks ?? [])
      if (error !== undefined) violate(`The call ${call} of run ${run.id} failed: ${error.message}`);
  }
}

export const countHooks = (runs: readonly LoadedRun[]): number =>
  runs.filter(({ run }) => run.trigger.type === 'hook' && run.rerunOf === null).length;
