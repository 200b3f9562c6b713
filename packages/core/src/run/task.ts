import { truthy } from '@millrace/expression';
import { FaultError } from '../plan/expression-fault.ts';
import type { WorkerId } from '../values/ids.ts';
import type { Json } from '../values/json.ts';
import { cachedOutput } from './cache-key.ts';
import { type Deciding, keyOf, planStep, type StepAt } from './deciding.ts';
import { endTime } from './end-time.ts';
import type { Fault } from './fault.ts';
import { launchAttempt } from './launch-attempt.ts';
import { inputText, makeDocument } from './make-document.ts';
import type { Instant } from './records.ts';
import { maxWorkerLosses, retryDelayMs } from './retry.ts';
import { scopeFor } from './scope.ts';
import type { EndedItem, Task } from './state.ts';
import type { StepEndStatus, StepReason } from './status.ts';
import { attemptKey, type TaskTarget, viewOfTask } from './task-view.ts';

/** How one attempt ended. `output` is JSON. */
export type AttemptEnd = Readonly<{
  /** `skipped`: an approval whose time was over, where that was asked for. */
  status: StepEndStatus;
  reason: StepReason | null;
  output: string | null;
  error: Fault | null;
  startedAt: Instant | null;
  worker: WorkerId | null;
}>;

/** How a step run ended, after all its attempts. */
export type TaskEnd = EndedItem & Readonly<{ startedAt: Instant | null }>;

/** Begins the first attempt: a task that is under way now, or its end when there was nothing to wait for. */
export function startTask(decision: Deciding, target: TaskTarget): Task | TaskEnd {
  let document: string;
  try {
    document = makeDocument(decision, target);
  } catch (error) {
    if (!(error instanceof FaultError)) throw error;
    return endUnexecuted(decision, target, 'failed', null, error.fault);
  }
  const task: Task = {
    attempt: 1,
    failures: 0,
    losses: 0,
    doing: 'work',
    readyAt: decision.now,
    dueAt: null,
    document,
    detail: null,
    worker: null,
    leasedAt: null,
  };
  const end = launchAttempt(decision, target, task);
  return (end === null ? null : settleAttempt(decision, target, task, end)) ?? task;
}

export const hasEnded = (outcome: Task | TaskEnd): outcome is TaskEnd => 'status' in outcome;

/** The end of a step run that no attempt was made of: skipped, cancelled before it began, or its input is wrong. */
export function endUnexecuted(
  decision: Deciding,
  target: StepAt & Readonly<{ item: number }>,
  status: TaskEnd['status'],
  reason: StepReason | null,
  error: Fault | null,
): TaskEnd {
  decision.changes.endAttempt({
    ...keyOf(target, target.item),
    attempt: 0,
    status,
    reason,
    final: true,
    readyAt: null,
    startedAt: null,
    endedAt: target.item === -1 ? endTime(decision, target) : decision.now,
    worker: null,
    input: null,
    output: null,
    error,
  });
  return { status, reason, attempts: 0, output: null, error, startedAt: null };
}

/** Records the end of an attempt and begins the next one, if the retry policy gives one. null: the task goes on. */
export function settleAttempt(decision: Deciding, target: TaskTarget, task: Task, first: AttemptEnd): TaskEnd | null {
  let end = first;
  for (;;) {
    const verdict = judgeRetry(decision, target, task, end);
    if (verdict.kind === 'end') return recordEnd(decision, target, task, verdict.end);
    recordAttempt(decision, target, task, end, false);
    task.attempt += 1;
    if (end.reason === 'worker_lost') task.losses += 1;
    else task.failures += 1;
    task.worker = null;
    task.leasedAt = null;
    task.detail = null;
    if (verdict.delayMs > 0) {
      waitForRetry(decision, target, task, verdict.delayMs);
      return null;
    }
    const next = launchAttempt(decision, target, task);
    if (next === null) return null;
    end = next;
  }
}

/** Ends the task with its current attempt, whatever the retry policy says. */
export function recordEnd(decision: Deciding, target: TaskTarget, task: Task, end: AttemptEnd): TaskEnd {
  recordAttempt(decision, target, task, end, true);
  const { status, reason, output, error, startedAt } = end;
  if (status === 'succeeded' && reason !== 'cached' && planStep(decision.plan, target.step).cache !== null) {
    const cached = cachedOutput(decision.state.origin, decision.plan.step(target.step), task.document, output);
    if (cached !== null) decision.changes.putInCache(cached);
  }
  return { status, reason, attempts: task.attempt, output, error, startedAt };
}

function recordAttempt(decision: Deciding, target: TaskTarget, task: Task, end: AttemptEnd, final: boolean): void {
  decision.changes.endAttempt({
    ...attemptKey(target, task.attempt),
    status: end.status,
    reason: end.reason,
    final,
    readyAt: task.readyAt,
    startedAt: end.startedAt,
    endedAt: final && target.item === -1 ? endTime(decision, target) : decision.now,
    worker: end.worker,
    input: inputText(task.document),
    output: end.output,
    error: end.error,
  });
}

function waitForRetry(decision: Deciding, target: TaskTarget, task: Task, delayMs: number): void {
  task.doing = 'retry';
  task.detail = null;
  task.dueAt = decision.now + delayMs;
  task.readyAt = task.dueAt;
  task.detail = null;
  decision.changes.setWait({
    ...attemptKey(target, task.attempt),
    kind: 'retry',
    dueAt: task.dueAt,
    document: task.document,
  });
}

type Verdict = Readonly<{ kind: 'end'; end: AttemptEnd }> | Readonly<{ kind: 'retry'; delayMs: number }>;

function judgeRetry(decision: Deciding, target: TaskTarget, task: Task, end: AttemptEnd): Verdict {
  const { retry } = planStep(decision.plan, target.step);
  if (end.status === 'succeeded' || end.status === 'skipped' || end.error?.retryable === false)
    return { kind: 'end', end };
  if (end.reason === 'worker_lost' && retry?.countWorkerLoss !== true) {
    return task.losses < maxWorkerLosses ? { kind: 'retry', delayMs: 0 } : { kind: 'end', end };
  }
  const failures = countedFailures(task, retry?.countWorkerLoss === true) + 1;
  if (retry === null || failures >= retry.attempts) return { kind: 'end', end };
  try {
    if (!allowsRetry(decision, target, task, end)) return { kind: 'end', end };
  } catch (error) {
    if (!(error instanceof FaultError)) throw error;
    const cause = end.error as Json;
    return { kind: 'end', end: { ...end, error: { ...error.fault, details: { ...error.fault.details, cause } } } };
  }
  const turn = target.iteration === 0 ? '' : `/${target.iteration}`;
  const seed = `${decision.state.origin.id}/${target.step}/${target.item}/${task.attempt}${turn}`;
  return { kind: 'retry', delayMs: retryDelayMs(retry, failures, seed) };
}

const countedFailures = (task: Task, lossesCount: boolean): number => task.failures + (lossesCount ? task.losses : 0);

function allowsRetry(decision: Deciding, target: TaskTarget, task: Task, end: AttemptEnd): boolean {
  const { retryWhen } = decision.plan.step(target.step);
  if (retryWhen === null) return true;
  const view = viewOfTask(decision, target, task.attempt);
  const scope = scopeFor(view, retryWhen.needs, { error: end.error as Json, attempt: task.attempt });
  return truthy(retryWhen.evaluate(scope));
}
