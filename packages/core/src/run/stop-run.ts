import { beginIteration } from './begin-iteration.ts';
import { type Deciding, keyOf, planStep, runKey, type StepAt, stepState } from './deciding.ts';
import { continueItems, stopItems, stopOpenItems } from './items.ts';
import { endPause } from './pause-run.ts';
import { settleStep } from './settle-step.ts';
import { type CancelRequest, firstIteration, type StepStop } from './state.ts';
import { stopEnd, stopGraceOf, stopTask } from './stop-task.ts';
import { endUnexecuted } from './task.ts';
import { stepTarget } from './task-view.ts';

/**
 * Stops the run: what has not started ends as cancelled, what nobody executes is withdrawn, workers and child runs are
 * asked to stop. After a grace whatever is left is ended by force.
 */
export function stopRun(decision: Deciding, cancel: CancelRequest, force: boolean): void {
  const { state } = decision;
  const alreadyStopping = state.cancel !== null;
  endPause(decision);
  state.cancel = cancel;
  decision.controlChanged = true;
  if (!alreadyStopping || force) stopSteps(decision, force);
  if (decision.childrenAsked && !alreadyStopping) {
    decision.changes.send({ kind: 'cancel_children', from: null, reason: cancel.reason, by: cancel.by });
  }
  if (alreadyStopping || state.unsettled === 0) return;
  const dueAt = decision.now + stopGraceOf(decision.plan.plan);
  decision.changes.setWait({ ...runKey, attempt: 0, kind: 'cancel_grace', dueAt, document: null });
}

/** Ends every step that has not ended: now, or when what executes it has stopped. */
export function stopSteps(decision: Deciding, force: boolean): void {
  const first = firstIteration(decision.state);
  for (const [step, { open, iterations }] of decision.state.steps.entries()) {
    if (iterations === first && planStep(decision.plan, step).entry === 'dependencies') {
      endUnbegun(decision, beginIteration(decision, step));
    }
    for (const iteration of [...open.keys()]) stopStep(decision, { step, iteration }, force);
  }
}

function endUnbegun(decision: Deciding, at: StepAt): void {
  const { status, reason, error } = stopEnd(decision, at.step, null);
  settleStep(decision, at, endUnexecuted(decision, stepTarget(at), status, reason, error));
}

function stopStep(decision: Deciding, at: StepAt, force: boolean): void {
  const { step } = at;
  const phase = stepState(decision.state, step).open.get(at.iteration);
  switch (phase?.kind) {
    case 'delayed':
      endUnbegun(decision, at);
      return;
    case 'single': {
      const end = stopTask(decision, stepTarget(at), phase.task, phase.stop, force);
      if (end !== null) settleStep(decision, at, end);
      return;
    }
    case 'items':
      stopOpenItems(decision, step, phase, force);
      continueItems(decision, step, phase);
      return;
    case undefined:
      return;
  }
}

/** Stops one step while the run goes on. */
export function stopOneStep(decision: Deciding, at: StepAt, stop: StepStop): void {
  const { step } = at;
  const phase = stepState(decision.state, step).open.get(at.iteration);
  if (phase?.kind === 'items') {
    stopItems(decision, step, phase, stop);
    continueItems(decision, step, phase);
  }
  if (phase?.kind !== 'single') return;
  phase.stop = stop;
  const end = stopTask(decision, stepTarget(at), phase.task, stop, false);
  if (end !== null) {
    settleStep(decision, at, end);
    return;
  }
  const wait = { ...keyOf(at), attempt: 0, kind: 'cancel_grace' } as const;
  decision.changes.setWait({
    ...wait,
    dueAt: decision.now + stopGraceOf(decision.plan.plan),
    document: JSON.stringify({ stop }),
  });
}

/** Ends by force what is left of a step that was asked to stop. */
export function forceStep(decision: Deciding, at: StepAt): void {
  stopStep(decision, at, true);
}
