import { truthy } from '@millrace/expression';
import { FaultError } from '../plan/expression-fault.ts';
import { beginIteration } from './begin-iteration.ts';
import { type Deciding, faultAt, keyOf, planStep, type StepAt, stepState } from './deciding.ts';
import type { Fault } from './fault.ts';
import { beginItems } from './items.ts';
import { limitStep } from './limit-step.ts';
import { openIteration } from './open-iteration.ts';
import type { KeptStep } from './rerun/kept-results.ts';
import { awaitResult, isDueAtOnce, keptOf, leaveBehind, noteUnexecuted } from './rerun/replay.ts';
import { takeKept } from './rerun/take-kept.ts';
import { scopeFor } from './scope.ts';
import { settleStep } from './settle-step.ts';
import { firstIteration } from './state.ts';
import type { StepReason } from './status.ts';
import { dependenciesOutcome } from './status-functions.ts';
import { endUnexecuted, hasEnded, startTask } from './task.ts';
import { stepTarget, viewOfTask } from './task-view.ts';
import { delayOf, shown } from './wait-end.ts';

/**
 * Decides what becomes of a step whose dependencies have all ended (once), or that a transition led to (each time): it
 * is skipped, it waits for its delay, or it begins.
 */
export function enterStep(decision: Deciding, step: number): void {
  const { state } = decision;
  if (state.cancel !== null) return;
  const { entry, maxIterations } = planStep(decision.plan, step);
  if (entry === 'dependencies' && stepState(state, step).iterations > firstIteration(state)) return;
  const at = beginIteration(decision, step);
  if (at.iteration - firstIteration(state) >= maxIterations) {
    endAtOnce(decision, at, 'failed', null, runaway(decision, at));
    return;
  }
  failingOnFault(decision, at, () => {
    const reason = skipReason(decision, at);
    if (reason !== null) {
      endAtOnce(decision, at, 'skipped', reason, null);
      return;
    }
    const kept = keptOf(decision, at);
    if (kept === null) beginOrDelay(decision, at);
    else beginStep(decision, at, kept);
  });
  if (isDueAtOnce(decision)) takeKept(decision);
}

/** Begins a step whose old result is not taken over after all. */
export function beginAnew(decision: Deciding, at: StepAt): void {
  leaveBehind(decision, at.step);
  failingOnFault(decision, at, () => beginOrDelay(decision, at));
}

function beginOrDelay(decision: Deciding, at: StepAt): void {
  const delayMs = delayBefore(decision, at);
  if (delayMs === 0) beginStep(decision, at, null);
  else delayStep(decision, at, delayMs);
}

/** Such an iteration fires no transitions, so that whatever loops here comes to its end. */
function runaway(decision: Deciding, { step }: StepAt): Fault {
  const { name, maxIterations } = planStep(decision.plan, step);
  const times = maxIterations === 1 ? 'once' : `${maxIterations} times`;
  return faultAt(decision, step, 'maxIterations', {
    code: 'max_iterations',
    message: `Step ${name} has run ${times} in this run, which is its max_iterations, and was entered again.`,
    hint: 'Look for a loop whose condition never ends it. If it is meant to run longer, raise max_iterations.',
    retryable: false,
  });
}

/** Takes up a step whose delay is over. */
export function leaveDelay(decision: Deciding, at: StepAt): void {
  decision.changes.endWait({ ...keyOf(at), kind: 'delay' });
  failingOnFault(decision, at, () => beginStep(decision, at, null));
}

/** What a user wrote never stops the reducer: a wrong expression or value ends its step as failed. */
function failingOnFault(decision: Deciding, at: StepAt, act: () => void): void {
  try {
    act();
  } catch (error) {
    if (!(error instanceof FaultError)) throw error;
    endAtOnce(decision, at, 'failed', null, error.fault);
  }
}

function endAtOnce(
  decision: Deciding,
  at: StepAt,
  status: 'failed' | 'skipped',
  reason: StepReason | null,
  error: Fault | null,
): void {
  noteUnexecuted(decision, at, status);
  settleStep(decision, at, endUnexecuted(decision, stepTarget(at), status, reason, error));
}

/**
 * null: the step may begin. A step that is skipped after a failure says so, so that the failure reaches the steps
 * behind.
 */
function skipReason(decision: Deciding, at: StepAt): StepReason | null {
  const { step } = at;
  const { plan, state } = decision;
  const { when, decidesAlone } = plan.step(step);
  const outcome = dependenciesOutcome(plan, state, step);
  if (!decidesAlone && outcome !== 'succeeded') return outcome === 'failed' ? 'upstream_failed' : 'upstream_skipped';
  if (when === null) return null;
  if (truthy(when.evaluate(scopeFor(viewOfTask(decision, stepTarget(at), 1), when.needs)))) return null;
  return outcome === 'failed' ? 'upstream_failed' : 'condition_false';
}

function delayBefore(decision: Deciding, at: StepAt): number {
  const { step } = at;
  const { delay } = decision.plan.step(step);
  if (delay === null) return 0;
  const value = delay.evaluate(scopeFor(viewOfTask(decision, stepTarget(at), 1), delay.needs));
  const ms = delayOf(value);
  if (ms !== null) return ms;
  const fault: Fault = {
    code: 'invalid_delay',
    message: `\`delay\` expects a duration such as 30s or 1h30m, or a number of milliseconds; it is ${shown(value)}.`,
    retryable: false,
  };
  throw new FaultError(faultAt(decision, step, 'delay', fault));
}

function delayStep(decision: Deciding, at: StepAt, delayMs: number): void {
  const dueAt = decision.now + delayMs;
  openIteration(decision, at, { kind: 'delayed', dueAt });
  decision.changes.setWait({ ...keyOf(at), attempt: 1, kind: 'delay', dueAt, document: null });
}

/** Begins a step that shall run; in a re-run it may only wait for what it gave before. */
function beginStep(decision: Deciding, at: StepAt, kept: KeptStep | null): void {
  const own = planStep(decision.plan, at.step);
  if (own.forEach !== null) {
    beginItems(decision, at, kept);
    return;
  }
  if (kept !== null) {
    awaitResult(decision, at, kept);
    return;
  }
  const target = stepTarget(at);
  const started = startTask(decision, target);
  if (hasEnded(started)) {
    settleStep(decision, at, started);
    return;
  }
  openIteration(decision, at, { kind: 'single', task: started, stop: null });
  limitStep(decision, at);
}
