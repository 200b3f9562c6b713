import { unreachable } from '../../values/unreachable.ts';
import type { SlotsDetail } from '../ask-for-slots.ts';
import type { Command, Rejection } from '../command.ts';
import { type Deciding, keyOf, planStep, runKey } from '../deciding.ts';
import { leaveDelay } from '../enter-step.ts';
import { findTask, followEnd } from '../find-task.ts';
import { launchAgain } from '../launch-again.ts';
import { clearLaunch, timeoutText } from '../launch-attempt.ts';
import type { AttemptKey, Instant, WaitKind } from '../records.ts';
import { forceStep, stopOneStep, stopRun, stopSteps } from '../stop-run.ts';
import { type AttemptEnd, recordEnd, settleAttempt } from '../task.ts';
import { timeOutApproval } from '../time-out-approval.ts';
import { timeOutEvent } from '../time-out-event.ts';

/** A wait is due. Refused when it is not there any more: somebody else was faster, or the step has moved on. */
export function timerFired(
  decision: Deciding,
  { key, kind, dueAt }: Extract<Command, { type: 'timer_fired' }>,
): Rejection | null {
  return fire(decision, key, kind, dueAt) ? null : notWaiting(key, kind);
}

function fire(decision: Deciding, key: AttemptKey, kind: WaitKind, dueAt: Instant | undefined): boolean {
  switch (kind) {
    case 'delay':
      return endDelay(decision, key);
    case 'retry':
      return retry(decision, key);
    case 'timer':
      return endTimer(decision, key);
    case 'approval':
      return timeOutApproval(decision, key, dueAt);
    case 'event':
      return timeOutEvent(decision, key);
    case 'queue_timeout':
      return timeOutInQueue(decision, key);
    case 'slots':
      return timeOutInLine(decision, key);
    case 'step_timeout':
      return timeOutStep(decision, key);
    case 'run_timeout':
      return timeOutRun(decision);
    case 'cancel_grace':
      return key.step === -1 ? forceRun(decision) : forceOneStep(decision, key);
    case 'child':
    case 'items':
    case 'held':
    case 'cache':
    case 'local':
      return false;
    default:
      return unreachable(kind);
  }
}

function endDelay(decision: Deciding, key: AttemptKey): boolean {
  if (openPhase(decision, key)?.kind !== 'delayed') return false;
  leaveDelay(decision, key);
  return true;
}

function retry(decision: Deciding, key: AttemptKey): boolean {
  const found = findTask(decision, key, 'retry');
  if (found === null) return false;
  launchAgain(decision, found);
  return true;
}

function endTimer(decision: Deciding, key: AttemptKey): boolean {
  const found = findTask(decision, key, 'timer');
  if (found === null) return false;
  const { target, task } = found;
  clearLaunch(decision, target, task);
  const end: AttemptEnd = {
    status: 'succeeded',
    reason: null,
    output: null,
    error: null,
    startedAt: task.readyAt,
    worker: null,
  };
  followEnd(decision, found, settleAttempt(decision, target, task, end));
  return true;
}

/** No worker took the attempt in time. Trying again would only queue again, so the retry policy is not asked. */
function timeOutInQueue(decision: Deciding, key: AttemptKey): boolean {
  const found = findTask(decision, key, 'work');
  if (found === null) return false;
  const { target, task } = found;
  const { queueTimeoutMs, name, lane } = planStep(decision.plan, key.step);
  if (queueTimeoutMs === null) return false;
  if (task.worker !== null) {
    decision.changes.endWait({ ...keyOf(key, key.item), kind: 'queue_timeout' });
    return true;
  }
  clearLaunch(decision, target, task);
  const message = `No worker took step ${name} within its queue_timeout of ${timeoutText(queueTimeoutMs)}.`;
  const hint = `Start a worker for queue ${lane?.queue} that can execute ${lane?.capability} steps.`;
  followEnd(decision, found, recordEnd(decision, target, task, queueEnd(message, hint)));
  return true;
}

/** The attempt did not get its slots in time. */
function timeOutInLine(decision: Deciding, key: AttemptKey): boolean {
  const found = findTask(decision, key, 'slots');
  if (found === null || found.task.dueAt === null) return false;
  const { target, task } = found;
  const { queueTimeoutMs, name } = planStep(decision.plan, key.step);
  const { demands } = JSON.parse(task.detail ?? 'null') as SlotsDetail;
  const limits = demands.map(({ kind, key: text }) => `${kind} ${text}`).join(', ');
  clearLaunch(decision, target, task);
  const message = `Step ${name} did not get past its limits (${limits}) within its queue_timeout of ${timeoutText(queueTimeoutMs)}.`;
  const hint = 'See who holds them: millrace limit list.';
  followEnd(decision, found, recordEnd(decision, target, task, queueEnd(message, hint)));
  return true;
}

const queueEnd = (message: string, hint: string): AttemptEnd => ({
  status: 'timed_out',
  reason: 'queue_timed_out',
  output: null,
  error: { code: 'queue_timeout', message, hint, retryable: false },
  startedAt: null,
  worker: null,
});

function timeOutStep(decision: Deciding, key: AttemptKey): boolean {
  const { state, changes, plan } = decision;
  const phase = openPhase(decision, key);
  if (phase?.kind !== 'single' && phase?.kind !== 'items') return false;
  if (plan.plan.steps[key.step]?.stepTimeoutMs === null || phase.stop === 'step_timeout') return false;
  changes.endWait({ ...keyOf(key), kind: 'step_timeout' });
  if (phase.stop === null && state.cancel === null) stopOneStep(decision, key, 'step_timeout');
  return true;
}

function timeOutRun(decision: Deciding): boolean {
  const { state, plan, changes, now } = decision;
  if (plan.plan.timeoutMs === null || state.cancel?.kind === 'timeout') return false;
  changes.endWait({ ...runKey, kind: 'run_timeout' });
  if (state.cancel === null) stopRun(decision, { at: now, by: 'timeout', reason: null, kind: 'timeout' }, false);
  return true;
}

function forceRun(decision: Deciding): boolean {
  if (decision.state.cancel === null) return false;
  decision.changes.endWait({ ...runKey, kind: 'cancel_grace' });
  stopSteps(decision, true);
  return true;
}

function forceOneStep(decision: Deciding, key: AttemptKey): boolean {
  const phase = openPhase(decision, key);
  if ((phase?.kind !== 'single' && phase?.kind !== 'items') || phase.stop === null) return false;
  decision.changes.endWait({ ...keyOf(key), kind: 'cancel_grace' });
  forceStep(decision, key);
  return true;
}

const openPhase = ({ state }: Deciding, key: AttemptKey) => state.steps[key.step]?.open.get(key.iteration);

function notWaiting(key: AttemptKey, kind: WaitKind): Rejection {
  const whose = key.step === -1 ? 'The run' : `Attempt ${key.attempt} of step ${key.step}`;
  return { code: 'not_waiting', message: `${whose} does not wait for ${kind}.` };
}
