import { truthy } from '@millrace/expression';
import { FaultError } from '../plan/expression-fault.ts';
import { type Deciding, faultAt, keyOf, planStep, stepState } from './deciding.ts';
import type { Fault } from './fault.ts';
import { beginItems } from './items.ts';
import { limitStep } from './limit-step.ts';
import { scopeFor } from './scope.ts';
import { settleStep } from './settle-step.ts';
import type { StepReason } from './status.ts';
import { dependenciesOutcome } from './status-functions.ts';
import { endUnexecuted, hasEnded, startTask } from './task.ts';
import { stepTarget, viewOfTask } from './task-view.ts';
import { delayOf, shown } from './wait-end.ts';

/**
 * Decides, once, what becomes of a step whose dependencies have all ended: it is skipped, it waits for its delay, or it
 * begins.
 */
export function enterStep(decision: Deciding, step: number): void {
  const { state } = decision;
  if (stepState(state, step).phase.kind !== 'pending' || state.cancel !== null) return;
  failingOnFault(decision, step, () => {
    const reason = skipReason(decision, step);
    if (reason !== null) {
      settleStep(decision, step, endUnexecuted(decision, stepTarget(step), 'skipped', reason, null));
      return;
    }
    const delayMs = delayBefore(decision, step);
    if (delayMs === 0) beginStep(decision, step);
    else delayStep(decision, step, delayMs);
  });
}

/** Takes up a step whose delay is over. */
export function leaveDelay(decision: Deciding, step: number): void {
  decision.changes.endWait({ ...keyOf(step), kind: 'delay' });
  stepState(decision.state, step).phase = { kind: 'pending' };
  failingOnFault(decision, step, () => beginStep(decision, step));
}

/** What a user wrote never stops the reducer: a wrong expression or value ends its step as failed. */
function failingOnFault(decision: Deciding, step: number, act: () => void): void {
  try {
    act();
  } catch (error) {
    if (!(error instanceof FaultError)) throw error;
    settleStep(decision, step, endUnexecuted(decision, stepTarget(step), 'failed', null, error.fault));
  }
}

/**
 * null: the step may begin. A step that is skipped after a failure says so, so that the failure reaches the steps
 * behind.
 */
function skipReason(decision: Deciding, step: number): StepReason | null {
  const { plan, state } = decision;
  const { when, decidesAlone } = plan.step(step);
  const outcome = dependenciesOutcome(plan, state, step);
  if (!decidesAlone && outcome !== 'succeeded') return outcome === 'failed' ? 'upstream_failed' : 'upstream_skipped';
  if (when === null) return null;
  if (truthy(when.evaluate(scopeFor(viewOfTask(decision, stepTarget(step), 1), when.needs)))) return null;
  return outcome === 'failed' ? 'upstream_failed' : 'condition_false';
}

function delayBefore(decision: Deciding, step: number): number {
  const { delay } = decision.plan.step(step);
  if (delay === null) return 0;
  const value = delay.evaluate(scopeFor(viewOfTask(decision, stepTarget(step), 1), delay.needs));
  const ms = delayOf(value);
  if (ms !== null) return ms;
  const fault: Fault = {
    code: 'invalid_delay',
    message: `\`delay\` expects a duration such as 30s or 1h30m, or a number of milliseconds; it is ${shown(value)}.`,
    retryable: false,
  };
  throw new FaultError(faultAt(decision, step, 'delay', fault));
}

function delayStep(decision: Deciding, step: number, delayMs: number): void {
  const dueAt = decision.now + delayMs;
  stepState(decision.state, step).phase = { kind: 'delayed', dueAt };
  decision.changes.setWait({ ...keyOf(step), attempt: 1, kind: 'delay', dueAt, document: null });
}

/** Begins a step that shall run. */
function beginStep(decision: Deciding, step: number): void {
  const own = planStep(decision.plan, step);
  if (own.forEach !== null) {
    beginItems(decision, step);
    return;
  }
  const target = stepTarget(step);
  const started = startTask(decision, target);
  if (hasEnded(started)) {
    settleStep(decision, step, started);
    return;
  }
  stepState(decision.state, step).phase = { kind: 'single', task: started, stop: null };
  limitStep(decision, step);
}
