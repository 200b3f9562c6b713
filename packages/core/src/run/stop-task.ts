import type { Plan } from '../plan/plan.ts';
import { type ApprovalDetail, stoppedApproval } from './approval.ts';
import { type Deciding, planStep } from './deciding.ts';
import type { Fault } from './fault.ts';
import { clearLaunch, timeoutText } from './launch-attempt.ts';
import type { StepStop, Task } from './state.ts';
import type { StepReason } from './status.ts';
import { type AttemptEnd, recordEnd, type TaskEnd } from './task.ts';
import { attemptKey, type TaskTarget } from './task-view.ts';

const usualGraceMs = 30_000;
/** A worker kills a process after the grace of the workflow; its report takes a while. */
const reportMs = 20_000;

/**
 * How long what was asked to stop may take; then it is ended whatever it does. Longer than a worker gives a process, which
 * is what the workflow says, or else the server.
 */
export const stopGraceOf = ({ stopGraceMs }: Pick<Plan, 'stopGraceMs'>): number =>
  stopGraceMs === undefined ? usualGraceMs : stopGraceMs + reportMs;

/**
 * Stops a step run. What nobody executes ends now (its end is given back); a worker or a child run is asked to stop,
 * and its report ends the task later. `force` ends these, too; their late reports are then refused as stale.
 */
export function stopTask(
  decision: Deciding,
  target: TaskTarget,
  task: Task,
  stop: StepStop | null,
  force: boolean,
): TaskEnd | null {
  if (isExecuting(decision, target, task)) {
    askToStop(decision, target, task, stop);
    if (!force) return null;
  }
  clearLaunch(decision, target, task);
  const end = stoppedAttempt(decision, target.step, stop, task);
  const detail = task.doing === 'approval' && task.detail !== null ? (JSON.parse(task.detail) as ApprovalDetail) : null;
  return recordEnd(decision, target, task, detail === null ? end : stoppedApproval(detail, end));
}

function isExecuting({ changes }: Deciding, target: TaskTarget, task: Task): boolean {
  if (task.doing === 'work' || task.doing === 'local') return task.worker !== null;
  if (task.doing === 'kept') return true;
  return task.doing === 'child' && !changes.withdrawChild(attemptKey(target, task.attempt));
}

function askToStop(decision: Deciding, target: TaskTarget, task: Task, stop: StepStop | null): void {
  const { changes } = decision;
  const key = attemptKey(target, task.attempt);
  if (task.doing === 'kept') return;
  if (task.doing === 'work' || task.doing === 'local') changes.cancelWork(key);
  else if (stop !== null) changes.send({ kind: 'cancel_children', from: key, reason: stop, by: 'parent' });
  // The children of a whole run are cancelled by one message (`stop-run.ts`).
  else decision.childrenAsked = true;
}

/** What begins when its wait is set: nobody else takes it up first. */
const beginsWithWait: ReadonlySet<Task['doing']> = new Set(['timer', 'child', 'approval', 'event']);

/** The end of an attempt that was stopped; `error` is what its worker said, if it said something. */
export function stoppedAttempt(
  decision: Deciding,
  step: number,
  stop: StepStop | null,
  task: Task,
  error: Fault | null = null,
): AttemptEnd {
  const end = stopEnd(decision, step, stop);
  const startedAt = task.leasedAt ?? (beginsWithWait.has(task.doing) ? task.readyAt : null);
  return { ...end, error: error ?? end.error, output: null, startedAt, worker: task.worker };
}

type StopEnd = Readonly<{ status: 'cancelled' | 'timed_out'; reason: StepReason; error: Fault }>;

/** What being stopped means for a step run: because of its own step (`stop`), or with the whole run. */
export function stopEnd(decision: Deciding, step: number, stop: StepStop | null): StopEnd {
  const cancelled = (reason: StepReason, message: string): StopEnd => ({
    status: 'cancelled',
    reason,
    error: { code: 'cancelled', message },
  });
  if (stop === 'step_timeout') {
    const { name, stepTimeoutMs } = planStep(decision.plan, step);
    const message = `Step ${name} took longer than its step_timeout of ${timeoutText(stepTimeoutMs)}.`;
    return {
      status: 'timed_out',
      reason: 'step_timed_out',
      error: { code: 'step_timeout', message, retryable: false },
    };
  }
  if (stop === 'item_failed') return cancelled('item_failed', 'Another item of the step failed.');
  const { cancel } = decision.state;
  switch (cancel?.kind) {
    case 'timeout':
      return cancelled('run_timed_out', 'The run timed out.');
    case 'fail_fast':
      return cancelled('fail_fast', 'Another step of the run failed.');
    case 'succeed':
      return cancelled('run_succeeded', 'Another step ended the run with `succeed`.');
    case 'failed': {
      const reason = cancel.end?.error.code === 'worker_lost' ? 'worker_lost' : 'run_failed';
      return cancelled(reason, cancel.end?.error.message ?? 'The run failed.');
    }
    case 'cancel':
    case undefined:
      return cancelled('run_cancelled', 'The run was cancelled.');
  }
}
