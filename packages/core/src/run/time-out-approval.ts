import { approvalDueAt, escalated, timedOutEnd } from './approval.ts';
import type { Deciding } from './deciding.ts';
import { setEngineWait } from './engine-wait.ts';
import { findTask, followEnd } from './find-task.ts';
import { clearLaunch, timeoutText } from './launch-attempt.ts';
import { approvalOf } from './open-approval.ts';
import type { AttemptKey, Instant } from './records.ts';
import { settleAttempt } from './task.ts';

/**
 * An approval is due: it escalates, or its time is over. `dueAt` is that of the wait that was taken: another server may
 * have let it escalate meanwhile, and then it is not this time that is over.
 */
export function timeOutApproval(decision: Deciding, key: AttemptKey, dueAt: Instant | undefined): boolean {
  const found = findTask(decision, key, 'approval');
  if (found === null) return false;
  const { target, task } = found;
  const due = task.dueAt;
  if (due === null || (dueAt !== undefined && dueAt !== due)) return false;
  const { body, detail } = approvalOf(decision, key.step, task);
  if (detail.timesOutAt === null || due < detail.timesOutAt) {
    const next = escalated(detail);
    task.detail = JSON.stringify(next);
    task.dueAt = approvalDueAt(next);
    setEngineWait(decision, target, task, 'approval');
    return true;
  }
  clearLaunch(decision, target, task);
  const end = timedOutEnd(detail, body, task.readyAt, timeoutText(body.timeoutMs ?? null));
  followEnd(decision, found, settleAttempt(decision, target, task, end));
  return true;
}
