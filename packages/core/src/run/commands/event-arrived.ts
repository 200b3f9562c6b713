import { truthy } from '@millrace/expression';
import { eventNames, type StoredEvent } from '../../events/event.ts';
import { FaultError } from '../../plan/expression-fault.ts';
import type { Command, Rejection } from '../command.ts';
import type { Deciding } from '../deciding.ts';
import { setEngineWait } from '../engine-wait.ts';
import type { EventWaitDetail } from '../event-wait.ts';
import type { Fault } from '../fault.ts';
import { type FoundTask, findTask, followEnd, staleAttempt } from '../find-task.ts';
import { bodyNames, clearLaunch } from '../launch-attempt.ts';
import { scopeFor } from '../scope.ts';
import { type AttemptEnd, settleAttempt } from '../task.ts';
import { viewOfTask } from '../task-view.ts';

/** An event of the type that a step waits for has arrived. One that does not match leaves the wait as it is. */
export function eventArrived(
  decision: Deciding,
  { key, event }: Extract<Command, { type: 'event_arrived' }>,
): Rejection | null {
  const found = findTask(decision, key, 'event');
  if (found === null) return staleAttempt(key);
  const { target, task } = found;
  const detail = JSON.parse(task.detail ?? 'null') as EventWaitDetail;
  const matched = detail.type === event.type && matches(decision, found, event);
  if (matched !== true) {
    if (matched === false || detail.fault !== null) return notMatching(event);
    task.detail = JSON.stringify({ ...detail, fault: { event: event.id, message: matched.message } });
    setEngineWait(decision, target, task, 'event');
    return null;
  }
  clearLaunch(decision, target, task);
  const end: AttemptEnd = {
    status: 'succeeded',
    reason: null,
    output: JSON.stringify(eventNames(event)),
    error: null,
    startedAt: task.readyAt,
    worker: null,
  };
  followEnd(decision, found, settleAttempt(decision, target, task, end));
  return null;
}

/** A `when` that cannot be evaluated says nothing about the workflow: one strange event must not end all who wait. */
function matches(decision: Deciding, { target, task }: FoundTask, event: StoredEvent): boolean | Fault {
  const { when } = decision.plan.step(target.step).body;
  if (when === undefined) return true;
  const names = { ...bodyNames(decision, target, task), event: eventNames(event) };
  try {
    return truthy(when.evaluate(scopeFor(viewOfTask(decision, target, task.attempt), when.needs, names)));
  } catch (error) {
    if (!(error instanceof FaultError)) throw error;
    return error.fault;
  }
}

const notMatching = ({ id }: StoredEvent): Rejection => ({
  code: 'event_not_matching',
  message: `Event ${id} is not one that the step waits for.`,
});
