import {
  type EndedAttempt,
  isRunEnd,
  type LoadedRun,
  type PreparedPlan,
  type RunId,
  type StepKey,
} from '@millrace/core';
import { Violation } from './violation.ts';

const keyText = ({ step, item, iteration }: StepKey): string => `${step}.${item}.${iteration}`;
const isReused = ({ reason }: EndedAttempt): boolean => reason === 'reused';

/**
 * What a re-run took over with its first commit: only what the run before gave, unchanged; and nothing of the steps that it
 * was to run again, or of those behind them. Every run here has the plan of the run before. That one has ended already, so
 * that lineages have no circles.
 */
export function checkNewRerun(plan: PreparedPlan, run: LoadedRun, before: LoadedRun | undefined): number {
  const { rerunOf, id } = run.run;
  if (rerunOf === null) return 0;
  if (before === undefined || !isRunEnd(before.run.status)) {
    throw new Violation('reruns_of_ended_runs', `Run ${id} is a re-run of ${rerunOf.run}, which has not ended.`);
  }
  const known = new Map(before.attempts.filter(({ final }) => final).map((row) => [keyText(row), row]));
  const fresh = freshSteps(plan, rerunOf.from);
  const items = new Set(
    rerunOf.from.flatMap((point) =>
      point.type === 'step' ? (point.items ?? []).map((item) => `${point.step} ${item}`) : [],
    ),
  );
  const reused = run.attempts.filter(isReused);
  for (const row of reused) {
    const source = known.get(keyText(row));
    const name = plan.plan.steps[row.step]?.name ?? '';
    const isSame =
      source !== undefined &&
      source.status === row.status &&
      source.output === row.output &&
      JSON.stringify(source.error) === JSON.stringify(row.error);
    if (!isSame) {
      throw new Violation(
        'kept_results',
        `Run ${id} took over ${row.status} ${row.output} for ${keyText(row)} of run ${before.run.id}, which gave ${source?.status} ${source?.output}.`,
      );
    }
    if (fresh.has(row.step) || items.has(`${name} ${row.item}`)) {
      throw new Violation('kept_results', `Run ${id} took over the result of step ${name}, which was to run again.`);
    }
  }
  return reused.length;
}

/**
 * What need not run again did not: results of steps that succeeded, that nothing is to run again from, and that are behind
 * nothing that failed or was left out. Said of graphs only: with transitions, or with another input, other ways may be open.
 * Rows do not tell which of several ends came first within a millisecond: what ended just as the old run failed may have
 * been before or behind the failure, and where it is behind it this time, nobody comes to need it.
 */
export function checkKept(plan: PreparedPlan, { run, attempts }: LoadedRun, before: LoadedRun): void {
  if (plan.localLane !== null || plan.transitions.any || run.startedAt === null || run.input !== before.run.input)
    return;
  const fresh = freshSteps(plan, run.rerunOf?.from ?? []);
  const items = new Set(
    (run.rerunOf?.from ?? []).flatMap((point) => (point.type === 'step' && point.items !== null ? [point.step] : [])),
  );
  const ends = before.attempts.filter(({ final }) => final);
  const failed = new Set(ends.filter(({ status }) => status !== 'succeeded').map(({ step }) => step));
  const failures = new Set(ends.filter(({ status }) => status === 'failed').map(({ endedAt }) => endedAt));
  const taken = new Set(attempts.filter(isReused).map(keyText));
  const cutOff = new Set(attempts.filter(isCutOff).map(keyText));
  for (const end of ends) {
    // The end of a for-each is made anew of its items, which are what is kept.
    if (end.attempt === 0 && !isReused(end)) continue;
    if (isBehind(plan, end.step, (step) => fresh.has(step) || failed.has(step) || items.has(nameOf(plan, step))))
      continue;
    if (taken.has(keyText(end))) continue;
    if (cutOff.has(keyText(end)) && failures.has(end.endedAt)) continue;
    const message = `Run ${run.id} did ${nameOf(plan, end.step)} ${end.item} again, which run ${before.run.id} had done.`;
    throw new Violation('kept_results', message);
  }
}

/** It never began, as another step of the run failed. */
const isCutOff = ({ attempt, reason }: EndedAttempt): boolean => attempt === 0 && reason === 'fail_fast';

const nameOf = (plan: PreparedPlan, step: number): string => plan.plan.steps[step]?.name ?? '';

/** Whether this holds of a step, or of one that it depends on. */
const isBehind = (plan: PreparedPlan, step: number, is: (step: number) => boolean): boolean =>
  is(step) || (plan.plan.steps[step]?.dependsOn ?? []).some((other) => isBehind(plan, other, is));

/** The steps that run again whatever happens: those that were named, and what depends on them. */
function freshSteps(plan: PreparedPlan, from: NonNullable<LoadedRun['run']['rerunOf']>['from']): ReadonlySet<number> {
  const fresh = new Set<number>();
  for (const number of plan.order) {
    const step = plan.plan.steps[number];
    if (step === undefined) continue;
    const named = from.some(
      (point) => point.type === 'start' || (point.type === 'step' && point.step === step.name && point.items === null),
    );
    if (named || step.dependsOn.some((other) => fresh.has(other))) fresh.add(number);
  }
  return fresh;
}

/** After it has begun a run takes nothing over any more: what comes then is behind something that ran again. */
export function checkTakenAtStart(id: RunId, before: LoadedRun, after: LoadedRun): void {
  if (before.run.startedAt === null) return;
  if (after.attempts.filter(isReused).length === before.attempts.filter(isReused).length) return;
  throw new Violation('kept_results', `Run ${id} took over a result after it had started.`);
}

/** No body ran for a result that was taken over. */
export function checkNotReused(run: LoadedRun | undefined, key: StepKey): void {
  const row = run?.attempts.find((attempt) => isReused(attempt) && keyText(attempt) === keyText(key));
  if (row === undefined) return;
  throw new Violation(
    'kept_results',
    `A worker carried out ${keyText(key)} of run ${run?.run.id}, which was taken over.`,
  );
}
