import type { PreparedPlan } from '../plan/prepared-plan.ts';
import { type Deciding, keyOf, planStep, type StepAt, stepState } from './deciding.ts';
import { endTime } from './end-time.ts';
import { failureOf, noteFailure, stoppedWithRun } from './failure.ts';
import { fireTransitions } from './fire-transitions.ts';
import type { EndedItems, EndedPhase, RunState } from './state.ts';
import { outcomeOf } from './status-functions.ts';
import type { TaskEnd } from './task.ts';

/**
 * Ends an iteration of a step whose last attempt is recorded: clears what it waited for, and lets the steps after it
 * enter.
 */
export function settleStep(decision: Deciding, at: StepAt, end: TaskEnd, items: EndedItems | null = null): void {
  const { plan, state } = decision;
  const { step, iteration } = at;
  const own = stepState(state, step);
  clearWaits(decision, at);
  if (own.open.delete(iteration)) state.open -= 1;
  const ended = endedPhase(plan, state, step, { ...end, iteration, endedAt: endTime(decision, at), items });
  own.ended = ended;
  own.iterations = Math.max(own.iterations, iteration + 1);
  state.unsettled -= 1;
  if (planStep(plan, step).entry === 'dependencies') letDependantsIn(decision, step);
  const handled = fireTransitions(decision, step, ended);
  const failure = handled ? null : failureOf(plan, state, step, ended);
  if (failure !== null) noteFailure(decision, failure);
}

/** The step will not run any more: those that depend on it count it as ended. */
export function letDependantsIn({ plan, state, entering }: Deciding, step: number): void {
  for (const dependant of planStep(plan, step).dependants) {
    const after = stepState(state, dependant);
    after.unsettled -= 1;
    if (after.unsettled === 0) entering.push(dependant);
  }
}

function clearWaits({ plan, state, changes }: Deciding, at: StepAt): void {
  const phase = stepState(state, at.step).open.get(at.iteration);
  const key = keyOf(at);
  if (phase?.kind === 'delayed') changes.endWait({ ...key, kind: 'delay' });
  if (phase?.kind !== 'single' && phase?.kind !== 'items') return;
  if (planStep(plan, at.step).stepTimeoutMs !== null) changes.endWait({ ...key, kind: 'step_timeout' });
  if (phase.kind === 'items') changes.endWait({ ...key, kind: 'items' });
  if (phase.stop !== null) changes.endWait({ ...key, kind: 'cancel_grace' });
}

type EndFacts = Omit<EndedPhase, 'failed' | 'timedOut'>;

/** What is remembered of a step's end, with what `failed()` and `timed_out()` tell the steps after it. */
export function endedPhase(plan: PreparedPlan, state: RunState, step: number, facts: EndFacts): EndedPhase {
  const { iteration, status, reason, attempts, output, error, startedAt, endedAt, items } = facts;
  const { dependsOn, continueOnFailure } = planStep(plan, step);
  const end = { iteration, status, reason, attempts, output, error, startedAt, endedAt, items };
  const own: EndedPhase = { ...end, failed: false, timedOut: status === 'timed_out' };
  let failed = outcomeOf(own, continueOnFailure) === 'failed';
  let { timedOut } = own;
  // One that was cancelled before it began may end before its dependencies; and nothing enters after it.
  const before = attempts === 0 && reason !== null && stoppedWithRun.has(reason) ? [] : dependsOn;
  for (const number of before) {
    const ended = state.steps[number]?.ended ?? null;
    if (ended === null) continue;
    failed ||= ended.failed;
    timedOut ||= ended.timedOut;
  }
  return { ...own, failed, timedOut };
}
