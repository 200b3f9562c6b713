import type { Command, Rejection } from '../command.ts';
import { type Deciding, runKey } from '../deciding.ts';
import type { CancelRequest, LocalRun } from '../state.ts';
import { stopGraceOf } from '../stop-task.ts';
import { localSlackMs } from './end-local-run.ts';
import { localKey } from './launch-local-run.ts';
import { forceLocalRun } from './lose-local-run.ts';

/** Somebody cancels the run. A second time, only with `force`: then nothing is waited for any more. */
export function cancelLocalRun(
  decision: Deciding,
  local: LocalRun,
  { by, reason, force }: Extract<Command, { type: 'cancel' }>,
): Rejection | null {
  const current = local.stop ?? decision.state.cancel;
  if (current?.kind === 'cancel' && !force) {
    return {
      code: 'already_cancelling',
      message: `The run is being cancelled already, by ${current.by}. Cancel it with force to end it at once.`,
    };
  }
  const request = current?.kind === 'cancel' ? current : { at: decision.now, by, reason, kind: 'cancel' as const };
  if (force) forceLocalRun(decision, local, request);
  else stopLocalRun(decision, local, request);
  return null;
}

/** The run's own timers. Those inside it are its worker's. */
export function fireLocalTimer(
  decision: Deciding,
  local: LocalRun,
  { key, kind }: Extract<Command, { type: 'timer_fired' }>,
): Rejection | null {
  const { state, plan, changes, now: at } = decision;
  const stopping = local.stop ?? state.cancel;
  if (key.step === -1 && kind === 'run_timeout' && plan.plan.timeoutMs !== null) {
    changes.endWait({ ...runKey, kind });
    if (stopping === null) stopLocalRun(decision, local, { at, by: 'timeout', reason: null, kind: 'timeout' });
    return null;
  }
  if (key.step === -1 && kind === 'cancel_grace' && stopping !== null) {
    forceLocalRun(decision, local, stopping);
    return null;
  }
  return { code: 'not_waiting', message: `Run ${state.origin.id} does not wait for ${kind}.` };
}

/** A worker that carries it out is asked to stop it; without one it ends now. */
function stopLocalRun(decision: Deciding, local: LocalRun, request: CancelRequest): void {
  if (local.worker === null) {
    forceLocalRun(decision, local, request);
    return;
  }
  local.stop = request;
  decision.controlChanged = true;
  decision.changes.cancelWork(localKey(local));
  const dueAt = decision.now + stopGraceOf(decision.plan.plan) + localSlackMs;
  decision.changes.setWait({ ...runKey, attempt: 0, kind: 'cancel_grace', dueAt, document: null });
}
