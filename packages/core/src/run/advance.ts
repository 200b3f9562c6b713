import type { Deciding } from './deciding.ts';
import type { Decision } from './decision.ts';
import { endRun } from './end-run.ts';
import { enterStep } from './enter-step.ts';
import { takeKept } from './rerun/take-kept.ts';
import { resolveWaiting } from './resolve-waiting.ts';
import { saveControl } from './run-control.ts';
import { stopRun } from './stop-run.ts';

/** Follows up what a command changed until nothing moves by itself any more, and ends the run if nothing is left. */
export function advance(decision: Deciding): Decision {
  const { state } = decision;
  // A queued run has begun nothing, and ends only by being stopped.
  if (state.queued !== null && state.cancel === null) {
    saveControl(decision);
    return { state, changes: decision.changes.toChanges() };
  }
  for (let next = 0; ; ) {
    stopIfDecided(decision);
    const step = decision.entering[next];
    if (step !== undefined) {
      next += 1;
      enterStep(decision, step);
    } else if (!resolveWaiting(decision) && !takeKept(decision)) break;
  }
  if (state.unsettled === 0) endRun(decision);
  saveControl(decision);
  return { state, changes: decision.changes.toChanges() };
}

/** The run was ended by a transition, or by its first failure. */
function stopIfDecided(decision: Deciding): void {
  const { state, plan, now } = decision;
  if (state.cancel !== null) return;
  if (decision.succeeding !== null) {
    stopRun(decision, { at: now, by: 'succeed', reason: null, kind: 'succeed' }, false);
  } else if (plan.plan.failFast && state.failure !== null) {
    stopRun(decision, { at: now, by: 'fail_fast', reason: null, kind: 'fail_fast' }, false);
  }
}
