import type { PreparedPlan } from '../../plan/prepared-plan.ts';
import type { RunId } from '../../values/ids.ts';
import { planStep } from '../deciding.ts';
import type { EndedAttempt, LoadedRun } from '../records.ts';
import { readReused } from './reused-input.ts';

/** What a step of a re-run took over: its result, or those of so many of its items. */
export type ReusedStep = Readonly<{
  /** The run whose attempt gave the result; for items: the run before, whatever the source of each. */
  run: RunId;
  /** 0: none was made, since the step's input could not be made. null: see the items. */
  attempt: number | null;
  items: number | null;
}>;

/** By the names of steps, those that took something over; of a step that ran several times, its last iteration counts. */
export function reusedSteps(
  plan: PreparedPlan,
  { run, attempts }: Pick<LoadedRun, 'run' | 'attempts'>,
): Readonly<Record<string, ReusedStep>> {
  if (run.rerunOf === null) return {};
  const last = new Map<number, number>();
  for (const { step, iteration } of attempts) last.set(step, Math.max(iteration, last.get(step) ?? 0));
  const reused: Record<string, ReusedStep> = {};
  for (const row of attempts) {
    if (!isReused(row) || row.iteration !== last.get(row.step)) continue;
    const { name } = planStep(plan, row.step);
    reused[name] =
      row.item < 0
        ? { ...readReused(row.input ?? ''), items: null }
        : { run: run.rerunOf.run, attempt: null, items: (reused[name]?.items ?? 0) + 1 };
  }
  return reused;
}

const isReused = ({ reason }: EndedAttempt): boolean => reason === 'reused';
