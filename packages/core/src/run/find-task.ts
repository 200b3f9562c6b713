import type { Rejection } from './command.ts';
import { type Deciding, planStep } from './deciding.ts';
import { continueItems, recordItem } from './items.ts';
import type { AttemptKey } from './records.ts';
import { settleStep } from './settle-step.ts';
import type { ItemsPhase, RunState, SinglePhase, Task } from './state.ts';
import type { TaskEnd } from './task.ts';
import { itemTarget, stepTarget, type TaskTarget } from './task-view.ts';

/** A step run that is under way, found by the key of its current attempt. */
export type FoundTask = Readonly<{ target: TaskTarget; phase: SinglePhase | ItemsPhase; task: Task }>;

/** null when no attempt of that number is under way: it has ended, or never was. */
export function findTask({ plan, state }: Deciding, key: AttemptKey, doing: Task['doing']): FoundTask | null {
  const found = openTask(state, key);
  if (found === null || found.task.doing !== doing) return null;
  const { phase, task } = found;
  if (phase.kind === 'single') return { target: stepTarget(key), phase, task };
  const { batchSize } = planStep(plan, key.step);
  return { target: itemTarget(key.step, key.item, phase, batchSize), phase, task };
}

export function openTask(
  state: RunState,
  key: AttemptKey,
): Readonly<{ phase: SinglePhase | ItemsPhase; task: Task }> | null {
  const phase = state.steps[key.step]?.open.get(key.iteration);
  if (phase?.kind !== 'single' && phase?.kind !== 'items') return null;
  const task = phase.kind === 'items' ? phase.open.get(key.item) : key.item === -1 ? phase.task : undefined;
  return task === undefined || task.attempt !== key.attempt ? null : { phase, task };
}

/** Whether the task was asked to stop: by its step, or with the run. */
export const isStopped = ({ state }: Deciding, { phase }: FoundTask): boolean =>
  phase.stop !== null || state.cancel !== null;

/** Follows the end of a step run up in its step. null: it goes on, with another attempt. */
export function followEnd(decision: Deciding, { target, phase }: FoundTask, end: TaskEnd | null): void {
  if (end === null) return;
  if (phase.kind === 'single') {
    settleStep(decision, target, end);
    return;
  }
  recordItem(decision, target.step, phase, target.item, end);
  continueItems(decision, target.step, phase);
}

export function staleAttempt(key: AttemptKey): Rejection {
  const item = key.item === -1 ? '' : `, item ${key.item}`;
  const attempt = `Attempt ${key.attempt} of step ${key.step}${item}`;
  return { code: 'stale_attempt', message: `${attempt} is not under way: it ended, or another one took its place.` };
}
