import {
  type EndedAttempt,
  type EngineWaitDocument,
  isRunEnd,
  type PlanStep,
  unreachable,
  type Wait,
} from '@millrace/core';
import { explainApproval } from './explain-approval.ts';
import { explainEventWait } from './explain-event-wait.ts';
import { explainSlots } from './explain-limits.ts';
import type { Told } from './explain-work.ts';
import { type Explaining, planStep } from './explaining.ts';
import type { Change, ChildRun } from './explanation.ts';
import { since, until } from './moments.ts';
import { attemptsOf, type MovingWait, type StepRows } from './run-rows.ts';

/** A step run that waits for a time, for people, for an event, for a child run or for its limits, without a worker. */
export function explainWait(
  explaining: Explaining,
  rows: StepRows,
  kind: Exclude<MovingWait, 'held'>,
  wait: Wait,
  subject: string,
): Told {
  const { now } = explaining.facts;
  const due = wait.dueAt ?? now;
  switch (kind) {
    case 'delay':
      return {
        reason: { reason: 'delay', until: due },
        message: `${subject} is delayed ${until(due, now)}.`,
        changes: [{ by: 'clock', what: 'Its delay ends.', at: due, command: null }],
      };
    case 'timer': {
      const begun = readyAt(wait) ?? due;
      return {
        reason: { reason: 'timer', since: begun, until: due },
        message: `${subject} waits ${since(begun, now)} ${until(due, now)}.`,
        changes: [{ by: 'clock', what: 'The time that it waits for comes.', at: due, command: null }],
      };
    }
    case 'retry':
      return explainRetry(planStep(explaining, wait.step), rows, wait, due, subject, now);
    case 'approval':
      return explainApproval(explaining, wait, subject);
    case 'event':
      return explainEventWait(explaining, wait, subject);
    case 'cache':
      return {
        reason: { reason: 'looking_up_cache', since: readyAt(wait) ?? now },
        message: `${subject} is looked up in the cache, ${since(readyAt(wait) ?? now, now)}.`,
        changes: [{ by: 'engine', what: 'It ends with the output in the cache, or begins.', at: null, command: null }],
      };
    case 'child':
      return explainChild(explaining, wait, subject);
    case 'slots':
      return explainSlots(explaining, wait, subject);
    default:
      return unreachable(kind);
  }
}

export const readyAt = ({ document }: Wait): number | null =>
  document === null ? null : (JSON.parse(document) as EngineWaitDocument).readyAt;

function explainRetry(step: PlanStep, rows: StepRows, wait: Wait, due: number, subject: string, now: number): Told {
  const before = attemptsOf(rows, wait.item).filter(({ attempt }) => attempt > 0 && attempt < wait.attempt);
  const last = before.reduce<EndedAttempt | null>(
    (found, one) => (one.attempt > (found?.attempt ?? 0) ? one : found),
    null,
  );
  const countsLosses = step.retry?.countWorkerLoss === true;
  const tries = before.filter(({ reason }) => countsLosses || reason !== 'worker_lost').length;
  const maxTries = step.retry?.attempts ?? null;
  const error = last?.error ?? null;
  const failed = error === null ? '' : ` Attempt ${wait.attempt - 1} failed: ${error.message} [${error.code}]`;
  return {
    reason: { reason: 'retry_backoff', until: due, tries, maxTries, error },
    message: `${subject} waits for attempt ${wait.attempt} ${until(due, now)}; ${tries} of ${maxTries ?? 'its'} tries are used up.${failed}`,
    changes: [{ by: 'clock', what: `Attempt ${wait.attempt} begins.`, at: due, command: null }],
  };
}

function explainChild(explaining: Explaining, wait: Wait, subject: string): Told {
  const { now } = explaining.facts;
  const child = explaining.child(wait);
  const begun = readyAt(wait) ?? now;
  return {
    reason: { reason: 'child_run', since: begun, child },
    message: `${subject} waits ${since(begun, now)} for ${childText(child)}.`,
    changes: [childChange(child)],
  };
}

export function childText(child: ChildRun | null): string {
  if (child === null) return 'its child run, which is being started';
  if (isRunEnd(child.status)) return `child run ${child.run}, which ended as ${child.status} and is about to tell it`;
  return `child run ${child.run}, which is ${child.status}`;
}

export function childChange(child: ChildRun | null): Change {
  if (child === null) return { by: 'engine', what: 'The engine starts the child run.', at: null, command: null };
  if (isRunEnd(child.status)) {
    return { by: 'engine', what: `The engine passes on the end of run ${child.run}.`, at: null, command: null };
  }
  return { by: 'run', what: `Run ${child.run} ends.`, at: null, command: `millrace explain ${child.run}` };
}
