import type { PreparedPlan } from '../../plan/prepared-plan.ts';
import { suggestName } from '../../values/suggest-name.ts';
import type { LoadedRun } from '../records.ts';
import { changedSteps } from './changed-steps.ts';

/**
 * From where a run runs again. Whatever does not run again and is not behind something that does keeps its result.
 *
 *     start     everything
 *     failed    what failed, timed out, was cancelled or did not run; so it does with every other starting point, too
 *     changed   steps that the new plan describes otherwise than the old one, or that the old one did not have
 *     step      one step with all its iterations; or some of its items, counted from 0
 */
export type StartingPoint =
  | Readonly<{ type: 'start' | 'failed' | 'changed' }>
  | Readonly<{ type: 'step'; step: string; items: readonly number[] | null }>;

export type StartingPointProblem = Readonly<{ message: string; hint: string }>;

/** What is wrong with the starting points of a re-run; null: nothing. `before` is the run that runs again. */
export function checkStartingPoints(
  plan: PreparedPlan,
  before: Readonly<{ plan: PreparedPlan; loaded: LoadedRun }>,
  from: readonly StartingPoint[],
): StartingPointProblem | null {
  const { id, status } = before.loaded.run;
  if (from.length === 0) {
    return { message: `From where shall run ${id} run again?`, hint: 'Name a step, or say `failed` or `start`.' };
  }
  for (const point of from) {
    const problem = point.type === 'step' ? checkStep(plan, before.loaded, before.plan, point) : null;
    if (problem !== null) return problem;
  }
  const runsAgain = status !== 'succeeded' || from.some(({ type }) => type === 'step' || type === 'start');
  if (runsAgain || (from.some(({ type }) => type === 'changed') && changedSteps(plan, before.plan).size > 0))
    return null;
  const hint = 'Name the step to run again from, or re-run all of it from its start.';
  return from.some(({ type }) => type === 'changed')
    ? { message: `Nothing would run again: run ${id} succeeded, and no step of the plan is another one.`, hint }
    : {
        message: `Nothing would run again: run ${id} succeeded, so nothing in it failed that was not tolerated.`,
        hint,
      };
}

function checkStep(
  plan: PreparedPlan,
  loaded: LoadedRun,
  before: PreparedPlan,
  { step, items }: Extract<StartingPoint, { type: 'step' }>,
): StartingPointProblem | null {
  const { workflow, steps } = plan.plan;
  const number = plan.numberOf(step);
  if (number === null) {
    const names = steps.map(({ name }) => name);
    const suggestion = suggestName(step, names);
    return {
      message: `Workflow ${workflow} has no step ${step} to run again from.`,
      hint: suggestion === undefined ? `Its steps: ${names.slice(0, 20).join(', ')}.` : `Did you mean ${suggestion}?`,
    };
  }
  if (items === null) return null;
  if (steps[number]?.forEach === null) {
    return { message: `Step ${step} has no items: it has no for_each.`, hint: 'Name the step alone.' };
  }
  const total = itemsBefore(loaded, before.numberOf(step));
  const beyond = items.find((item) => item >= total);
  if (beyond === undefined) return null;
  const had = total === 0 ? 'no items' : `${total} items, counted from 0,`;
  return {
    message: `Step ${step} had ${had} in run ${loaded.run.id}; there is no item ${beyond}.`,
    hint: 'Name items that it had, or the step alone.',
  };
}

/** How many items the step had; the most, if it ran several times. */
function itemsBefore({ attempts }: LoadedRun, step: number | null): number {
  let most = 0;
  for (const row of attempts) {
    if (row.step !== step || row.item !== -1 || row.attempt !== 0 || row.input === null) continue;
    const { total } = JSON.parse(row.input) as Readonly<{ total?: number }>;
    most = Math.max(most, total ?? 0);
  }
  return most;
}
