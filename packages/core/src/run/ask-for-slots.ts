import type { Demand } from '../limits/demand.ts';
import { FaultError } from '../plan/expression-fault.ts';
import type { RunId } from '../values/ids.ts';
import { type Deciding, keyOf, planStep } from './deciding.ts';
import { heldAbove, holdersOf, renderDemands } from './demands.ts';
import { setEngineWait } from './engine-wait.ts';
import { keptKey } from './rerun/kept-results.ts';
import { scopeFor } from './scope.ts';
import type { Task } from './state.ts';
import type { AttemptEnd } from './task.ts';
import { attemptKey, type TaskTarget, viewOfTask } from './task-view.ts';

/** What an attempt remembers while it waits for slots (`EngineWaitDocument.detail`), and a run while it is queued. */
export type SlotsDetail = Readonly<{
  request: number;
  demands: readonly Demand[];
  /** The run that a child of the attempt shall be a re-run of. */
  rerunOf?: RunId;
}>;

/**
 * The gate of the limits: an attempt of a limited step asks for its slots and waits until they are granted, also when they
 * are free, for only the store can tell. A retry asks like a first attempt, but always waits: its step has begun.
 */
export function askForSlots(decision: Deciding, target: TaskTarget, task: Task): 'open' | 'waits' | AttemptEnd {
  const { limits } = decision.plan.step(target.step);
  if (limits === null) return 'open';
  const { state, now, changes } = decision;
  const { queueTimeoutMs, priority } = planStep(decision.plan, target.step);
  let demands: readonly Demand[];
  try {
    const view = viewOfTask(decision, target, task.attempt);
    demands = renderDemands(state, limits, (needs) => scopeFor(view, needs));
  } catch (error) {
    if (!(error instanceof FaultError)) throw error;
    return { status: 'failed', reason: null, output: null, error: error.fault, startedAt: null, worker: null };
  }
  if (demands.length === 0) return 'open';
  if (task.attempt > 1) demands = demands.map(patient);
  const rerunOf = decision.replay?.kept.children.get(keptKey(attemptKey(target, task.attempt)));
  const detail: SlotsDetail = {
    request: requestNumber(decision),
    demands,
    ...(rerunOf === undefined ? {} : { rerunOf }),
  };
  task.detail = JSON.stringify(detail);
  task.dueAt = queueTimeoutMs === null ? null : now + queueTimeoutMs;
  setEngineWait(decision, target, task, 'slots');
  // What it had before a pause that is over within this commit.
  if (detail.request > 0) changes.releaseSlots(keyOf(target, target.item));
  changes.requestSlots({
    ...attemptKey(target, task.attempt),
    request: detail.request,
    workspace: state.origin.workspace,
    priority: state.origin.priority + priority - decision.plan.plan.priority,
    requestedAt: now,
    demands,
    above: holdersOf(heldAbove(state, true)),
  });
  return 'waits';
}

const patient = (demand: Demand): Demand => (demand.kind === 'concurrency' ? { ...demand, whenFull: 'queue' } : demand);

/** An attempt asks a second time only after a pause that held it. */
const requestNumber = ({ state }: Deciding): number => state.pauses?.turn ?? 0;
