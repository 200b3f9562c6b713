import {
  type AttemptKey,
  type EngineWaitDocument,
  type Instant,
  isStepEnd,
  keptWait,
  type StepReason,
  type StepStatus,
  type Wait,
} from '@millrace/core';
import { isLocalRun } from '../dispatch/assignment.ts';
import type { EngineEvent, EventBus } from '../realtime/event-bus.ts';
import type { Aggregate } from './aggregate.ts';
import type { Decided } from './decide-batch.ts';

/** Tells those who listen what a commit changed of a run: its steps and items, then the run itself. */
export function publishCommit(bus: EventBus, { aggregate, commit }: Decided, version: number, at: Instant): void {
  const { id, changes } = commit;
  const { origin } = aggregate;
  if (origin === null) return;
  for (const attempt of changes.attempts) {
    const status = attempt.final || !isStepEnd(attempt.status) ? attempt.status : 'waiting';
    bus.publish(stepEvent(aggregate, attempt, status, attempt.reason, at));
  }
  for (const work of changes.work) {
    if (isLocalRun(work)) continue;
    bus.publish(stepEvent(aggregate, work, work.worker === null ? 'ready' : 'running', null, at));
  }
  for (const waits of [changes.workHeld, changes.waits]) {
    for (const wait of waits) {
      if (wait.step < 0 || wait.kind === 'step_timeout' || wait.kind === 'queue_timeout') continue;
      bus.publish(stepEvent(aggregate, wait, statusOfWait(wait), null, at));
    }
  }
  if (changes.head === null) return;
  const { workspace, workflow } = origin;
  bus.publish({ type: 'run', run: id, workspace, workflow, status: changes.head.status, version, at });
}

/** Written out, and not put together from parts: a for-each has as many as it has items. */
function stepEvent(
  { id, plan, origin }: Aggregate,
  { step, item, iteration, attempt }: AttemptKey,
  status: StepStatus,
  reason: StepReason | null,
  at: Instant,
): EngineEvent {
  return {
    type: 'step',
    run: id,
    workspace: origin?.workspace ?? '',
    workflow: origin?.workflow ?? '',
    step: plan?.plan.steps[step]?.name ?? String(step),
    item,
    iteration,
    attempt,
    status,
    reason,
    at,
  };
}

function statusOfWait(wait: Wait): StepStatus {
  if (wait.kind === 'items') return 'running';
  if (wait.kind !== 'local') return 'waiting';
  const { detail } = JSON.parse(keptWait(wait).document ?? 'null') as EngineWaitDocument;
  return detail === undefined ? 'ready' : 'running';
}
