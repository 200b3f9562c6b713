import type { ApprovalBody } from '../definitions/action.ts';
import { FaultError } from '../plan/expression-fault.ts';
import { formatDuration } from '../values/duration.ts';
import type { JsonObject } from '../values/json.ts';
import { unreachable } from '../values/unreachable.ts';
import { approvalDueAt, newApproval } from './approval.ts';
import { type Deciding, faultAt, keyOf, planStep, type StepAt } from './deciding.ts';
import { setEngineWait } from './engine-wait.ts';
import type { Fault } from './fault.ts';
import { askGates } from './gates.ts';
import type { EngineWaitKind, WorkDocument } from './records.ts';
import { scopeFor, type Viewpoint } from './scope.ts';
import type { Task } from './state.ts';
import type { AttemptEnd } from './task.ts';
import { attemptKey, type TaskTarget, viewOfTask } from './task-view.ts';
import { readWaitEnd } from './wait-end.ts';

/** How deep runs may start runs. */
export const maxDepth = 10;

/**
 * Hands the task's current attempt to what carries it out, when the gates before it are open (gates.ts); `passed` is the
 * one that it waited at until now. Gives its end when that is known at once.
 */
export function launchAttempt(
  decision: Deciding,
  target: TaskTarget,
  task: Task,
  passed: EngineWaitKind | null = null,
): AttemptEnd | null {
  task.readyAt = decision.now;
  task.dueAt = null;
  task.detail = null;
  const answer = askGates(decision, target, task, passed);
  if (answer !== 'open') return answer === 'waits' ? null : answer;
  const { body } = planStep(decision.plan, target.step).action;
  try {
    switch (body.type) {
      case 'workflow':
        return startChild(decision, target, task, body.wait);
      case 'wait':
        return startTimer(decision, target, task);
      case 'approval':
        return openApproval(decision, target, task, body);
      case 'emit':
        throw new FaultError({
          code: 'not_supported_yet',
          message: `Steps of type ${body.type} cannot be executed yet.`,
          retryable: false,
        });
      case 'shell':
      case 'script':
      case 'docker':
      case 'pod':
      case 'http':
      case 'cloud_run':
      case 'fargate':
      case 'container_app':
      case 'function':
        return addWork(decision, target, task);
      default:
        return unreachable(body);
    }
  } catch (error) {
    if (!(error instanceof FaultError)) throw error;
    return failedAtOnce(decision, error.fault);
  }
}

function addWork(decision: Deciding, target: TaskTarget, task: Task): null {
  const step = planStep(decision.plan, target.step);
  if (step.lane === null) throw new Error(`Step ${step.name} has no lane, so no worker can take it.`);
  const { now, changes } = decision;
  task.doing = 'work';
  changes.addWork({
    ...attemptKey(target, task.attempt),
    lane: step.lane,
    priority: decision.state.origin.priority + step.priority - decision.plan.plan.priority,
    readyAt: now,
    document: task.document,
    worker: null,
    leasedAt: null,
  });
  if (step.queueTimeoutMs !== null) {
    const dueAt = now + step.queueTimeoutMs;
    changes.setWait({ ...attemptKey(target, task.attempt), kind: 'queue_timeout', dueAt, document: null });
  }
  return null;
}

function startChild(decision: Deciding, target: TaskTarget, task: Task, wait: boolean): AttemptEnd | null {
  const depth = decision.state.origin.depth + 1;
  if (depth > maxDepth) {
    throw new FaultError({
      code: 'depth_limit',
      message: `Workflows may call workflows ${maxDepth} levels deep; this would be level ${depth}.`,
      hint: 'Look for a workflow that calls itself without an end, or do the inner work in fewer levels.',
      retryable: false,
    });
  }
  const workflow = renderBody(decision, target, task, 'workflow');
  const from = attemptKey(target, task.attempt);
  const { input } = JSON.parse(task.document) as WorkDocument;
  decision.changes.send({ kind: 'start_child', from, workflow: String(workflow), input, depth, wait });
  if (!wait) return succeededAtOnce(decision);
  setEngineWait(decision, target, task, 'child');
  return null;
}

function startTimer(decision: Deciding, target: TaskTarget, task: Task): AttemptEnd | null {
  const { now } = decision;
  const { body } = decision.plan.step(target.step);
  const key = body.until === undefined ? 'for' : 'until';
  const end = readWaitEnd(key, renderBody(decision, target, task, key), now);
  if (typeof end !== 'number') throw new FaultError(faultAt(decision, target.step, `action/body/${key}`, end));
  if (end <= now) return succeededAtOnce(decision);
  task.dueAt = end;
  setEngineWait(decision, target, task, 'timer');
  return null;
}

function openApproval(decision: Deciding, target: TaskTarget, task: Task, body: ApprovalBody): null {
  const [prompt, approvers, escalatesTo] = (['prompt', 'approvers', 'escalate'] as const).map((key) =>
    renderBody(decision, target, task, key),
  );
  const rendered = { prompt: prompt ?? null, approvers: approvers ?? null, escalatesTo: escalatesTo ?? null };
  const opened = newApproval(body, rendered, decision.now);
  if ('fault' in opened)
    throw new FaultError(faultAt(decision, target.step, `action/body/${opened.key}`, opened.fault));
  task.dueAt = approvalDueAt(opened);
  task.detail = JSON.stringify(opened);
  setEngineWait(decision, target, task, 'approval');
  return null;
}

/** A value of a body that the engine carries out. The body's `input` is the step's rendered one, as for a worker. */
function renderBody(decision: Deciding, target: TaskTarget, task: Task, key: string) {
  const step = decision.plan.step(target.step);
  const value = step.body[key];
  if (value === undefined) throw new Error(`The body of step ${step.plan.name} has no ${key}.`);
  const view: Viewpoint = viewOfTask(decision, target, task.attempt);
  const { input } = JSON.parse(task.document) as WorkDocument;
  const own: JsonObject = step.plan.action.inline ? { ...decision.state.input, ...input } : input;
  const { config } = step.plan.action;
  return value.evaluate(scopeFor(view, value.needs, config === undefined ? { input: own } : { input: own, config }));
}

function succeededAtOnce({ now }: Deciding): AttemptEnd {
  return { status: 'succeeded', reason: null, output: null, error: null, startedAt: now, worker: null };
}

function failedAtOnce({ now }: Deciding, error: Fault): AttemptEnd {
  return { status: 'failed', reason: null, output: null, error, startedAt: now, worker: null };
}

/** Ends what launching set up, when the attempt ends or is stopped. */
export function clearLaunch(decision: Deciding, target: StepAt & Readonly<{ item: number }>, task: Task): void {
  const key = keyOf(target, target.item);
  if (task.doing !== 'work') {
    decision.changes.endWait({ ...key, kind: task.doing });
    return;
  }
  decision.changes.endWork({ ...key, attempt: task.attempt });
  clearQueueTimeout(decision, target);
}

export function clearQueueTimeout(decision: Deciding, target: StepAt & Readonly<{ item: number }>): void {
  if (planStep(decision.plan, target.step).queueTimeoutMs === null) return;
  decision.changes.endWait({ ...keyOf(target, target.item), kind: 'queue_timeout' });
}

export const timeoutText = (ms: number | null): string => (ms === null ? 'its timeout' : formatDuration(ms));
