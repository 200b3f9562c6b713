import { type Deciding, type StepAt, stepState } from '../deciding.ts';
import { endTime } from '../end-time.ts';
import { failureOf } from '../failure.ts';
import { foreseeTransitions } from '../fire-transitions.ts';
import { endedPhase } from '../settle-step.ts';
import type { EndedItems } from '../state.ts';
import type { TaskEnd } from '../task.ts';

/** Whether the run would fail if a step ended now in this way. Changes nothing. */
export function failsRun(decision: Deciding, at: StepAt, end: TaskEnd, items: EndedItems | null): boolean {
  const { plan, state } = decision;
  const { step, iteration } = at;
  const facts = { ...end, iteration, endedAt: endTime(decision, at), items };
  const ended = endedPhase(plan, state, step, facts);
  if (!plan.transitions.any) return failureOf(plan, state, step, ended) !== null;
  const own = stepState(state, step);
  const before = own.ended;
  own.ended = ended;
  try {
    const { handled, fails } = foreseeTransitions(decision, step, ended);
    return fails || (!handled && failureOf(plan, state, step, ended) !== null);
  } finally {
    own.ended = before;
  }
}
