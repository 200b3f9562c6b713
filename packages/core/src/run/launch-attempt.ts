import type { ActionBody, ApprovalBody, WaitBody } from '../definitions/action.ts';
import { isEventType, maxPayloadLength } from '../events/event.ts';
import type { HeldAbove } from '../limits/demand.ts';
import { runObject } from '../permissions/grant.ts';
import { FaultError } from '../plan/expression-fault.ts';
import { formatDuration } from '../values/duration.ts';
import type { RunId } from '../values/ids.ts';
import type { JsonObject } from '../values/json.ts';
import { unreachable } from '../values/unreachable.ts';
import { approvalDueAt, newApproval } from './approval.ts';
import { suspended } from './call-hooks.ts';
import { type Deciding, faultAt, keyOf, planStep, type StepAt } from './deciding.ts';
import { heldAbove } from './demands.ts';
import { setEngineWait } from './engine-wait.ts';
import { newEventWait, wrongEventType } from './event-wait.ts';
import type { Fault } from './fault.ts';
import { askGates } from './gates.ts';
import type { EngineWaitKind, StepKey, WorkDocument } from './records.ts';
import { keptKey } from './rerun/kept-results.ts';
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
    if (decision.state.local !== null && needsServer(body)) {
      throw new FaultError(notInLocalRun(decision, target.step));
    }
    switch (body.type) {
      case 'workflow':
        return startChild(decision, target, task, body.wait);
      case 'wait':
        return body.event === undefined ? startTimer(decision, target, task) : awaitEvent(decision, target, task, body);
      case 'approval':
        return openApproval(decision, target, task, body);
      case 'emit':
        return emitEvent(decision, target, task);
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
  if (decision.state.local !== null) {
    setEngineWait(decision, target, task, 'local');
    return null;
  }
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
  const holds = wait ? heldBelow(decision, target) : [];
  const rerunOf = childToRerun(decision, from);
  decision.changes.send({
    kind: 'start_child',
    from,
    workflow: String(workflow),
    input,
    depth,
    wait,
    ...(rerunOf === null ? {} : { rerunOf }),
    ...(holds.length === 0 ? {} : { holds }),
  });
  if (!wait) return succeededAtOnce(decision);
  setEngineWait(decision, target, task, 'child');
  return null;
}

/** The run that a child may be a re-run of: known when its step begins, and remembered while it waits for its limits. */
function childToRerun({ replay, grantedRerun }: Deciding, from: StepKey): RunId | null {
  return replay?.kept.children.get(keptKey(from)) ?? grantedRerun;
}

/** What is held while the child runs: by this attempt, its run, and whatever that is a child of. */
function heldBelow({ state, granted }: Deciding, target: TaskTarget): readonly HeldAbove[] {
  const above = heldAbove(state, true);
  if (granted.length === 0) return above;
  return [...above, { run: state.origin.id, ...keyOf(target, target.item), keys: granted }];
}

/** What a worker that carries a whole run out cannot do by itself. */
const needsServer = (body: ActionBody): boolean =>
  body.type === 'workflow' || body.type === 'approval' || (body.type === 'wait' && body.event !== undefined);

/** `validate` says so, too; here it is for definitions that did not come that way. */
function notInLocalRun(decision: Deciding, step: number): Fault {
  const { name, action } = planStep(decision.plan, step);
  return faultAt(decision, step, 'action/body/type', {
    code: 'not_in_local_run',
    message: `Step ${name} is of type ${action.type}, which a local run cannot hold.`,
    hint: 'Leave out `mode: local`, or let a distributed workflow call this one.',
    retryable: false,
  });
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
  const opened = newApproval(body, rendered, runObject(decision.state.origin).owner, decision.now);
  if ('fault' in opened)
    throw new FaultError(faultAt(decision, target.step, `action/body/${opened.key}`, opened.fault));
  task.dueAt = approvalDueAt(opened);
  task.detail = JSON.stringify(opened);
  setEngineWait(decision, target, task, 'approval');
  const { step, item, iteration } = target;
  suspended(decision, `approval-${step}.${item}.${iteration}.${task.attempt}`, {
    reason: 'approval',
    step: planStep(decision.plan, step).name,
    prompt: opened.prompt,
  });
  return null;
}

function awaitEvent(decision: Deciding, target: TaskTarget, task: Task, body: WaitBody): null {
  const type = renderBody(decision, target, task, 'event');
  const begun = newEventWait(decision.state.origin.workspace, type, body, decision.now);
  if ('code' in begun) throw new FaultError(faultAt(decision, target.step, 'action/body/event', begun));
  task.dueAt = begun.dueAt;
  task.detail = JSON.stringify(begun.detail);
  setEngineWait(decision, target, task, 'event');
  decision.changes.send({ kind: 'await_event', from: attemptKey(target, task.attempt) });
  return null;
}

/** The event is stored by a message that is committed with the end of the step. */
function emitEvent(decision: Deciding, target: TaskTarget, task: Task): AttemptEnd {
  const at = (key: string, fault: Fault) => new FaultError(faultAt(decision, target.step, `action/body/${key}`, fault));
  const type = renderBody(decision, target, task, 'event');
  if (typeof type !== 'string' || !isEventType(type)) throw at('event', wrongEventType('event', type));
  const payload = renderBody(decision, target, task, 'payload') as JsonObject;
  const output = JSON.stringify({ type, payload });
  if (output.length > maxPayloadLength) throw at('payload', payloadTooLarge(output.length));
  decision.changes.send({ kind: 'emit', from: attemptKey(target, task.attempt), type, payload });
  return { ...succeededAtOnce(decision), output };
}

function payloadTooLarge(length: number): Fault {
  return {
    code: 'too_large',
    message: `The payload of an event may have ${maxPayloadLength} characters of JSON; this one has ${length}.`,
    hint: 'Put large data into a file or object store, and its address into the event.',
    retryable: false,
  };
}

/** A value of a body that the engine carries out. The body's `input` is the step's rendered one, as for a worker. */
function renderBody(decision: Deciding, target: TaskTarget, task: Task, key: string) {
  const step = decision.plan.step(target.step);
  const value = step.body[key];
  if (value === undefined) throw new Error(`The body of step ${step.plan.name} has no ${key}.`);
  const view: Viewpoint = viewOfTask(decision, target, task.attempt);
  return value.evaluate(scopeFor(view, value.needs, bodyNames(decision, target, task)));
}

/** What the body of an action reads as `input`, and that of a pack as `config`. */
export function bodyNames({ plan, state }: Deciding, { step }: TaskTarget, { document }: Task): JsonObject {
  const { input } = JSON.parse(document) as WorkDocument;
  const { inline, config } = plan.step(step).plan.action;
  const own = inline ? { ...state.input, ...input } : input;
  return config === undefined ? { input: own } : { input: own, config };
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
  if (task.doing === 'kept') return;
  if (mayHaveSlots(decision, target.step, task)) decision.changes.releaseSlots(key);
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

/** Slots are asked for at the last gate before the launch: what waits before it has none. */
function mayHaveSlots({ plan }: Deciding, step: number, { doing }: Task): boolean {
  if (doing === 'retry' || doing === 'held' || doing === 'cache') return false;
  return plan.step(step).limits !== null;
}

export const timeoutText = (ms: number | null): string => (ms === null ? 'its timeout' : formatDuration(ms));
