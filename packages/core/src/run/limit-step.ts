import { type Deciding, keyOf, planStep, type StepAt } from './deciding.ts';

/** Starts the clock of `step_timeout`: it counts from the moment when the step begins, over all attempts and items. */
export function limitStep(decision: Deciding, at: StepAt): void {
  const { stepTimeoutMs } = planStep(decision.plan, at.step);
  if (stepTimeoutMs === null) return;
  const dueAt = decision.now + stepTimeoutMs;
  decision.changes.setWait({ ...keyOf(at), attempt: 0, kind: 'step_timeout', dueAt, document: null });
}
