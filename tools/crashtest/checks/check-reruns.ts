import type { LoadedRun } from '@millrace/core';
import { checkKept, checkNewRerun } from '../../../packages/engine/testkit/simulator/check-rerun.ts';
import { type Histories, stepName, type Violate } from './histories.ts';
import { told } from './told.ts';

type Attempt = LoadedRun['attempts'][number];

/**
 * A re-run is one of the run that it was said to be, from where it was said. It took over what that gave, unchanged, and
 * nothing else; of what need not run again it took over all, and no body ran for it.
 */
export function checkReruns(histories: Histories, violate: Violate): void {
  const { runs, plans, acknowledged } = histories;
  const byId = new Map(runs.map((loaded) => [String(loaded.run.id), loaded]));
  for (const { run, rerun } of acknowledged) {
    const rerunOf = byId.get(run)?.run.rerunOf;
    if (rerun === undefined || (rerunOf?.run === rerun.of && fromText(rerunOf.from[0]) === rerun.from)) continue;
    violate(`Run ${run} was to run ${rerun.of} again from ${rerun.from}; it says ${JSON.stringify(rerunOf)}.`);
  }
  for (const loaded of runs) {
    const before = byId.get(loaded.run.rerunOf?.run ?? '');
    const plan = plans.get(loaded.run.plan);
    if (loaded.run.rerunOf === null || plan === undefined) continue;
    told(violate, () => checkNewRerun(plan, loaded, before));
    if (before !== undefined) told(violate, () => checkKept(plan, loaded, before));
  }
  checkNoBodies(histories, violate);
}

const fromText = (point: NonNullable<LoadedRun['run']['rerunOf']>['from'][number] | undefined): string | undefined =>
  point?.type === 'step' ? point.step : point?.type;

function checkNoBodies({ runs, plans, ledger }: Histories, violate: Violate): void {
  const text = (run: string, step: string, item: number, iteration: number) => `${run}/${step}/${item}/${iteration}`;
  const bodies = new Set(ledger.map(({ run, step, item, iteration }) => text(run, step, item, iteration)));
  for (const { run, attempts } of runs) {
    for (const { step, item, iteration, reason } of attempts) {
      const key = text(String(run.id), stepName(plans, run, step), item, iteration);
      if (reason === 'reused' && bodies.has(key)) violate(`A body ran for ${key}, which run ${run.id} took over.`);
    }
  }
}

export const countReused = (attempts: readonly Attempt[]): number =>
  attempts.filter(({ reason }) => reason === 'reused').length;
