import type { Deciding } from './deciding.ts';
import type { EventWaitDetail } from './event-wait.ts';
import { findTask, followEnd } from './find-task.ts';
import { clearLaunch, timeoutText } from './launch-attempt.ts';
import type { AttemptKey } from './records.ts';
import { type AttemptEnd, settleAttempt } from './task.ts';

/** The event that a step waits for did not come in time. */
export function timeOutEvent(decision: Deciding, key: AttemptKey): boolean {
  const found = findTask(decision, key, 'event');
  if (found === null) return false;
  const { target, task } = found;
  const { dueAt, readyAt } = task;
  if (dueAt === null) return false;
  const { type, fault } = JSON.parse(task.detail ?? 'null') as EventWaitDetail;
  const limit = timeoutText(dueAt - readyAt);
  const strange =
    fault === null ? '' : ` The condition could not be evaluated for event ${fault.event}: ${fault.message}`;
  clearLaunch(decision, target, task);
  const end: AttemptEnd = {
    status: 'timed_out',
    reason: 'event_timed_out',
    output: null,
    error: {
      code: 'event_timed_out',
      message: `No event ${type} that matches came within the timeout of ${limit}.${strange}`,
      hint: `See what came: millrace event list --type ${type}`,
    },
    startedAt: readyAt,
    worker: null,
  };
  followEnd(decision, found, settleAttempt(decision, target, task, end));
  return true;
}
