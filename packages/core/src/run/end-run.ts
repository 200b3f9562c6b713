import { FaultError } from '../plan/expression-fault.ts';
import { callEndHooks } from './call-hooks.ts';
import { type Deciding, planStep, runKey, setHead, stepState } from './deciding.ts';
import type { Fault } from './fault.ts';
import { timeoutText } from './launch-attempt.ts';
import { endPause } from './pause-run.ts';
import { endNotReached } from './resolve-waiting.ts';
import { scopeFor } from './scope.ts';
import type { RunEndStatus } from './status.ts';

type RunEnd = Readonly<{ status: RunEndStatus; output: string | null; error: Fault | null }>;

/** Ends the run, once, when its last step has ended. A parent run that waits for it is told in the same commit. */
export function endRun(decision: Deciding): void {
  const { state, changes, now, plan } = decision;
  // From here on nothing is entered: what was not is told as such.
  for (const { index, entry } of plan.transitions.any ? plan.plan.steps : []) {
    if (entry === 'transitions' && stepState(state, index).ended === null) endNotReached(decision, index, null);
  }
  endPause(decision);
  const end = judgeRun(decision);
  setHead(decision, { ...end, endedAt: now });
  if (decision.plan.plan.timeoutMs !== null) changes.endWait({ ...runKey, kind: 'run_timeout' });
  if (state.cancel !== null || state.local?.stop != null) changes.endWait({ ...runKey, kind: 'cancel_grace' });
  if (plan.limits !== null) letGo(decision);
  callEndHooks(decision, end.status);
  if (state.origin.parent !== null) changes.send({ kind: 'child_ended', parent: state.origin.parent, ...end });
}

/** What the run holds, or waits for, is free with its end. */
function letGo({ state, changes }: Deciding): void {
  if (state.queued !== null) changes.endWait({ ...runKey, kind: 'slots' });
  state.queued = null;
  changes.releaseSlots(runKey);
}

function judgeRun(decision: Deciding): RunEnd {
  const { state, plan } = decision;
  // Who asked a local run to stop is known here before its worker hears of it.
  const cancel = state.local?.stop ?? state.cancel;
  if (cancel?.end !== undefined) return { ...cancel.end, output: null };
  if (cancel?.kind === 'cancel') {
    const { by, reason } = cancel;
    const message = `Cancelled by ${by}${reason === null ? '.' : `: ${reason}`}`;
    return { status: 'cancelled', output: null, error: { code: 'run_cancelled', message } };
  }
  if (cancel?.kind === 'timeout') {
    const message = `The run took longer than its timeout of ${timeoutText(plan.plan.timeoutMs)}.`;
    return { status: 'timed_out', output: null, error: { code: 'run_timed_out', message } };
  }
  if (state.failure !== null) {
    const step = planStep(plan, state.failure.step).name;
    return { status: 'failed', output: null, error: { ...state.failure.error, step } };
  }
  try {
    return { status: 'succeeded', output: runOutput(decision), error: null };
  } catch (error) {
    if (!(error instanceof FaultError)) throw error;
    return { status: 'failed', output: null, error: error.fault };
  }
}

function runOutput({ plan, state, now, uuids }: Deciding): string | null {
  if (plan.output === null) return null;
  const scope = scopeFor(
    { plan, state, now, step: null, iteration: 0, attempt: 1, item: null, uuids },
    plan.output.needs,
  );
  return JSON.stringify(plan.output.evaluate(scope));
}
