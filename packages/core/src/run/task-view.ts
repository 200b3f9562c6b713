import type { Json } from '../values/json.ts';
import { type Deciding, keyOf, type StepAt } from './deciding.ts';
import type { AttemptKey } from './records.ts';
import type { ItemNames, Viewpoint } from './scope.ts';
import type { ItemsPhase } from './state.ts';

/** Which step run a decision is about: a step, or one item of it. */
export type TaskTarget = StepAt & Readonly<{ item: number; names: ItemNames | null }>;

export const stepTarget = ({ step, iteration }: StepAt): TaskTarget => ({ step, iteration, item: -1, names: null });

/** An item, or with `batch_size` a list of up to that many; `index` and `total` then count the batches. */
export function itemTarget(step: number, index: number, phase: ItemsPhase, batchSize: number | null): TaskTarget {
  const names = { item: itemValue(phase.values, index, batchSize), index, total: phase.total };
  return { step, iteration: phase.iteration, item: index, names };
}

export function itemValue(values: readonly Json[] | number, index: number, batchSize: number | null): Json {
  if (batchSize === null) return typeof values === 'number' ? index : (values[index] ?? null);
  const start = index * batchSize;
  if (typeof values !== 'number') return values.slice(start, start + batchSize);
  return Array.from({ length: Math.min(batchSize, values - start) }, (_, offset) => start + offset);
}

export function attemptKey(target: TaskTarget, attempt: number): AttemptKey {
  return { ...keyOf(target, target.item), attempt };
}

export function viewOfTask(decision: Deciding, target: TaskTarget, attempt: number): Viewpoint {
  const { plan, state, now, uuids } = decision;
  return { plan, state, now, step: target.step, iteration: target.iteration, attempt, item: target.names, uuids };
}
