import { type Deciding, planStep, type StepAt, stepState } from './deciding.ts';
import type { Instant } from './records.ts';

/**
 * When an iteration ends. Where steps run again, the times of their ends tell their order: which iteration is the last
 * one, and whether a step ended after those that its transitions lead to. Several ends within a millisecond (or two
 * servers whose clocks differ) would blur that, so here time goes on by a millisecond if need be.
 */
export function endTime({ plan, state, now }: Deciding, { step }: StepAt): Instant {
  if (!plan.transitions.any) return now;
  const { ended } = stepState(state, step);
  let time = ended === null ? now : Math.max(now, ended.endedAt + 1);
  for (const source of plan.transitions.sources(step)) {
    time = Math.max(time, stepState(state, source).ended?.endedAt ?? time);
  }
  if (planStep(plan, step).next.length === 0) return time;
  for (const target of plan.transitions.targets(step).flat()) {
    if (typeof target !== 'object' || target.step === step) continue;
    const after = stepState(state, target.step).ended;
    if (after !== null) time = Math.max(time, after.endedAt + 1);
  }
  return time;
}
