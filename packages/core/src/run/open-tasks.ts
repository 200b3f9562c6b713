import { type Deciding, planStep } from './deciding.ts';
import type { FoundTask } from './find-task.ts';
import { itemTarget, stepTarget } from './task-view.ts';

/** Every step run that is under way. What ends while they are walked through is passed over; what begins is not met. */
export function* openTasks({ plan, state }: Deciding): Generator<FoundTask> {
  for (const [step, own] of state.steps.entries()) {
    for (const [iteration, phase] of [...own.open]) {
      if (own.open.get(iteration) !== phase || phase.kind === 'delayed') continue;
      if (phase.kind === 'single') {
        yield { target: stepTarget({ step, iteration }), phase, task: phase.task };
        continue;
      }
      const { batchSize } = planStep(plan, step);
      for (const [item, task] of [...phase.open]) {
        if (phase.open.get(item) === task) yield { target: itemTarget(step, item, phase, batchSize), phase, task };
      }
    }
  }
}
