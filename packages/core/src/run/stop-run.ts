import { type Deciding, keyOf, runKey, setHead, stepState } from './deciding.ts';
import { continueItems, stopItems, stopOpenItems } from './items.ts';
import type { RunControl } from './records.ts';
import { settleStep } from './settle-step.ts';
import type { CancelRequest, StepStop } from './state.ts';
import { stopEnd, stopGraceMs, stopTask } from './stop-task.ts';
import { endUnexecuted } from './task.ts';
import { stepTarget } from './task-view.ts';

/**
 * Stops the run: what has not started ends as cancelled, what nobody executes is withdrawn, workers and child runs are
 * asked to stop. After a grace whatever is left is ended by force.
 */
export function stopRun(decision: Deciding, cancel: CancelRequest, force: boolean): void {
  const { state } = decision;
  const alreadyStopping = state.cancel !== null;
  state.cancel = cancel;
  const control: RunControl = state.vars === decision.plan.plan.vars ? { cancel } : { cancel, vars: state.vars };
  setHead(decision, { control: JSON.stringify(control) });
  if (!alreadyStopping || force) stopSteps(decision, force);
  if (decision.childrenAsked && !alreadyStopping) {
    decision.changes.send({ kind: 'cancel_children', from: null, reason: cancel.reason, by: cancel.by });
  }
  if (alreadyStopping || state.unsettled === 0) return;
  const dueAt = decision.now + stopGraceMs;
  decision.changes.setWait({ ...runKey, attempt: 0, kind: 'cancel_grace', dueAt, document: null });
}

/** Ends every step that has not ended: now, or when what executes it has stopped. */
export function stopSteps(decision: Deciding, force: boolean): void {
  for (let step = 0; step < decision.state.steps.length; step++) stopStep(decision, step, force);
}

function stopStep(decision: Deciding, step: number, force: boolean): void {
  const { phase } = stepState(decision.state, step);
  switch (phase.kind) {
    case 'pending':
    case 'delayed': {
      const { status, reason, error } = stopEnd(decision, step, null);
      settleStep(decision, step, endUnexecuted(decision, stepTarget(step), status, reason, error));
      return;
    }
    case 'single': {
      const end = stopTask(decision, stepTarget(step), phase.task, phase.stop, force);
      if (end !== null) settleStep(decision, step, end);
      return;
    }
    case 'items':
      stopOpenItems(decision, step, phase, force);
      continueItems(decision, step, phase);
      return;
    case 'ended':
      return;
  }
}

/** Stops one step while the run goes on. */
export function stopOneStep(decision: Deciding, step: number, stop: StepStop): void {
  const { phase } = stepState(decision.state, step);
  if (phase.kind === 'items') {
    stopItems(decision, step, phase, stop);
    continueItems(decision, step, phase);
  }
  if (phase.kind !== 'single') return;
  phase.stop = stop;
  const end = stopTask(decision, stepTarget(step), phase.task, stop, false);
  if (end !== null) {
    settleStep(decision, step, end);
    return;
  }
  const wait = { ...keyOf(step), attempt: 0, kind: 'cancel_grace' } as const;
  decision.changes.setWait({ ...wait, dueAt: decision.now + stopGraceMs, document: JSON.stringify({ stop }) });
}

/** Ends by force what is left of a step that was asked to stop. */
export function forceStep(decision: Deciding, step: number): void {
  stopStep(decision, step, true);
}
