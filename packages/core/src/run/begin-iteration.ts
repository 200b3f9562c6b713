import { type Deciding, planStep, type StepAt, stepState } from './deciding.ts';

/** Takes the next number. A step entered by dependencies was counted as unsettled from the start. */
export function beginIteration({ plan, state }: Deciding, step: number): StepAt {
  const own = stepState(state, step);
  const iteration = own.iterations;
  own.iterations += 1;
  if (planStep(plan, step).entry === 'transitions') state.unsettled += 1;
  return { step, iteration };
}
