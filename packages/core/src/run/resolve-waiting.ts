import { beginJoin } from './arrive.ts';
import { beginIteration } from './begin-iteration.ts';
import { type Deciding, planStep, stepState } from './deciding.ts';
import { noteFailure } from './failure.ts';
import type { Fault } from './fault.ts';
import { canStillEnd, failedBefore, judgeJoin } from './join-rounds.ts';
import { noteUnexecuted } from './rerun/replay.ts';
import { letDependantsIn, settleStep } from './settle-step.ts';
import { endUnexecuted } from './task.ts';
import { stepTarget } from './task-view.ts';

/**
 * Moves what waits in vain: joins that no more can arrive at, and dependencies on steps that cannot run any more. True:
 * something moved, so look again afterwards.
 */
export function resolveWaiting(decision: Deciding): boolean {
  const { plan, state } = decision;
  if (!plan.transitions.any || state.cancel !== null) return false;
  // A run in which nothing is under way is looked at in any case: it must never hang.
  if (!decision.waysClosed && state.open > 0) return false;
  decision.waysClosed = false;
  // One at a time: what begins now is under way only when it has been entered.
  for (const [step, round] of state.rounds) {
    if (round.begun) continue;
    const verdict = judgeJoin(plan, state, step, round);
    if (verdict === 'waits') continue;
    decision.waysClosed = true;
    if (verdict === 'begins') beginJoin(decision, step, round);
    else giveUpJoin(decision, step, round.arrived.size, verdict.missing);
    return true;
  }
  for (const step of plan.transitions.awaited) {
    const own = stepState(state, step);
    if (own.settled || own.open.size > 0) continue;
    if (canStillEnd(plan, state, plan.transitions.sources(step), null)) continue;
    decision.waysClosed = true;
    settleAwaited(decision, step);
    return true;
  }
  return false;
}

/** The step was not entered: nothing led to it, or not enough. */
export function endNotReached(decision: Deciding, step: number, error: Fault | null): void {
  const at = beginIteration(decision, step);
  noteUnexecuted(decision, at, 'skipped');
  settleStep(decision, at, endUnexecuted(decision, stepTarget(at), 'skipped', 'not_reached', error));
}

function giveUpJoin(decision: Deciding, step: number, arrived: number, missing: readonly number[]): void {
  const { state } = decision;
  state.rounds.delete(step);
  decision.controlChanged = true;
  const error = joinFault(decision, step, arrived, missing);
  endNotReached(decision, step, error);
  noteFailure(decision, { step, endedAt: stepState(state, step).ended?.endedAt ?? decision.now, error });
}

function joinFault({ plan }: Deciding, step: number, arrived: number, missing: readonly number[]): Fault {
  const { name, join } = planStep(plan, step);
  const from = missing.map((source) => planStep(plan, source).name);
  const shown = from.slice(0, 10).join(', ');
  const more = from.length > 10 ? ` and ${from.length - 10} more` : '';
  const wanted = join === 'all' ? 'all steps that lead to it' : `${join} of the steps that lead to it`;
  return {
    code: 'join_unsatisfied',
    message: `Step ${name} waits for ${wanted}; ${arrived} came. No more will come from ${shown}${more}.`,
    hint: 'Let each of these steps lead to the join in every case, or let the join wait for fewer: `join: N`.',
    details: { arrived, missing: from.map((source) => ({ from: source, to: name })) },
    retryable: false,
  };
}

/** Those that depend on the step see its last end; or that it was not reached, and whether a failure is why. */
function settleAwaited(decision: Deciding, step: number): void {
  const { plan, state } = decision;
  const own = stepState(state, step);
  if (own.ended === null) {
    const error = failedBefore(plan, state, step, null) ? afterFailure(planStep(plan, step).name) : null;
    endNotReached(decision, step, error);
  }
  own.settled = true;
  decision.controlChanged = true;
  letDependantsIn(decision, step);
}

function afterFailure(name: string): Fault {
  return { code: 'not_reached', message: `A step that would have led to ${name} failed.`, retryable: false };
}
