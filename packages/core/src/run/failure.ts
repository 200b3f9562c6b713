import type { PreparedPlan } from '../plan/prepared-plan.ts';
import { type Deciding, planStep } from './deciding.ts';
import type { Fault } from './fault.ts';
import { type EndedPhase, firstIteration, type RunState, type StepFailure } from './state.ts';
import type { StepReason } from './status.ts';

/** Why steps end that are stopped with their run: no failure of their own. */
export const stoppedWithRun: ReadonlySet<StepReason> = new Set([
  'run_cancelled',
  'fail_fast',
  'run_timed_out',
  'run_succeeded',
  'run_failed',
]);

/** The run's failure, if this end of a step is one: nobody tolerates it, and it is not itself the run being stopped. */
export function failureOf(plan: PreparedPlan, state: RunState, step: number, end: EndedPhase): StepFailure | null {
  if (end.status === 'succeeded' || end.status === 'skipped') return null;
  if (end.reason !== null && stoppedWithRun.has(end.reason)) return null;
  const { continueOnFailure, maxIterations, name } = planStep(plan, step);
  if (continueOnFailure && end.iteration - firstIteration(state) < maxIterations) return null;
  return { step, endedAt: end.endedAt, error: end.error ?? unexplained(name, end.status) };
}

function unexplained(name: string, status: string): Fault {
  return { code: status, message: `Step ${name} ended as ${status}.` };
}

/** The run will fail. With transitions the first failure to be noted stands, and is kept as a fact. */
export function noteFailure(decision: Deciding, failure: StepFailure): void {
  const { plan, state } = decision;
  if (!plan.transitions.any) {
    state.failure = earlierFailure(state.failure, failure);
  } else if (state.failure === null) {
    state.failure = failure;
    decision.controlChanged = true;
  }
}

/**
 * The first by time; by number among those of the same moment, so that the order of rows in a store does not matter.
 */
export function earlierFailure(a: StepFailure | null, b: StepFailure | null): StepFailure | null {
  if (a === null || b === null) return a ?? b;
  if (a.endedAt !== b.endedAt) return a.endedAt < b.endedAt ? a : b;
  return a.step <= b.step ? a : b;
}
