import { type Deciding, type StepAt, stepState } from './deciding.ts';
import type { OpenPhase } from './state.ts';

/** Notes that an iteration is under way now: it waits for its delay, or has begun. */
export function openIteration({ state }: Deciding, { step, iteration }: StepAt, phase: OpenPhase): void {
  const { open } = stepState(state, step);
  if (!open.has(iteration)) state.open += 1;
  open.set(iteration, phase);
}
