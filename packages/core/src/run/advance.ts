import type { Deciding } from './deciding.ts';
import type { Decision } from './decision.ts';
import { endRun } from './end-run.ts';
import { enterStep } from './enter-step.ts';
import { stopRun } from './stop-run.ts';

/** Follows up what a command changed until nothing moves by itself any more, and ends the run if nothing is left. */
export function advance(decision: Deciding): Decision {
  const { state, plan } = decision;
  for (let next = 0; ; next++) {
    if (plan.plan.failFast && state.failure !== null && state.cancel === null) {
      stopRun(decision, { at: decision.now, by: 'fail_fast', reason: null, kind: 'fail_fast' }, false);
    }
    const step = decision.entering[next];
    if (step === undefined) break;
    enterStep(decision, step);
  }
  if (state.unsettled === 0) endRun(decision);
  return { state, changes: decision.changes.toChanges() };
}
