// How a re-run comes to where the run before it failed.
//
// The new run starts as any other. Whenever a step run would be launched for which the book (`KeptResults`) has a result,
// it only waits for it, as for a worker's; and when nothing else moves any more, the result that came first in the old run
// is taken over: its step ends, its transitions fire, the steps behind it enter. What ended in the old run as it was
// entered (an `emit`, say) does so now. So conditions, variables, arrivals at joins and the numbers of iterations come
// about in the order in which they came about before, by the same rules, without anything of this file knowing them.
// Whatever the book does not have is launched and stays under way.
//
// All of it happens within the one decision that starts the run; what comes later is behind something that runs again. For
// the same reason a step that stands behind one that runs again is not looked up in the book from then on: what led to it
// before may not lead to it now, and the second time that it is entered would be taken for the first.

import { deepEqual } from '@millrace/expression';
import type { PreparedPlan } from '../../plan/prepared-plan.ts';
import { type Deciding, planStep, type StepAt } from '../deciding.ts';
import { openIteration } from '../open-iteration.ts';
import type { Instant } from '../records.ts';
import type { ItemsPhase, Task } from '../state.ts';
import { itemValue } from '../task-view.ts';
import type { KeptItems, KeptResult, KeptResults, KeptStep } from './kept-results.ts';

export type Replay = {
  readonly kept: KeptResults;
  /** Steps behind one that runs again. */
  readonly behind: Set<number>;
  /** Step runs that wait for their results. The one that ended first stands last. */
  readonly pending: PendingEnd[];
  /** When what was taken over last ended in the old run: how far that has been replayed. */
  until: Instant | null;
};

/** `atOnce`: it ended with its entry, so that is when it is taken over. */
type PendingEnd = Readonly<{ at: StepAt; kept: KeptStep; atOnce: boolean }>;

export const newReplay = (kept: KeptResults): Replay => ({
  kept,
  behind: new Set(),
  pending: [],
  until: kept.begunAt,
});

/** What the book has for a step that begins now; null: it runs (again), and so does what is behind it. */
export function keptOf(decision: Deciding, { step, iteration }: StepAt): KeptStep | null {
  const { replay } = decision;
  if (replay === null) return null;
  const kept = replay.behind.has(step) ? undefined : replay.kept.steps.get(step)?.get(iteration);
  if (kept === undefined) leaveBehind(decision, step);
  return kept ?? null;
}

/** The step runs again: nothing behind it is looked up any more. */
export function leaveBehind({ plan, replay }: Deciding, step: number): void {
  if (replay === null) return;
  const steps = [step];
  for (const number of steps) {
    for (const after of stepsAfter(plan, number)) {
      if (replay.behind.has(after)) continue;
      replay.behind.add(after);
      steps.push(after);
    }
  }
}

function stepsAfter(plan: PreparedPlan, step: number): readonly number[] {
  const targets = plan.transitions.targets(step).flat();
  return [
    ...planStep(plan, step).dependants,
    ...targets.flatMap((target) => (typeof target === 'object' ? target.step : [])),
  ];
}

/** The step ends without running. If it ended otherwise before, or was to run again, what is behind it runs again. */
export function noteUnexecuted(decision: Deciding, { step, iteration }: StepAt, status: 'failed' | 'skipped'): void {
  const { replay } = decision;
  if (replay === null) return;
  const kept = replay.kept.steps.get(step)?.get(iteration);
  const isSame = kept === undefined || (status === 'failed' && 'result' in kept && kept.result.source.attempt === 0);
  if (!isSame || replay.kept.again.has(step)) leaveBehind(decision, step);
}

/** The step waits for its result from the book, in the place of work. */
export function awaitResult(decision: Deciding, at: StepAt, kept: KeptStep): void {
  openIteration(decision, at, { kind: 'single', task: keptTask(decision.now), stop: null });
  awaitTurn(decision, at, kept);
}

/**
 * Gives the results that the book has for the items as they are now. A for-each that has just the items of which it has
 * results waits for its turn as a step does: null.
 */
export function awaitItems(decision: Deciding, phase: ItemsPhase, at: StepAt, kept: KeptStep): ItemResults | null {
  if (!('items' in kept)) return null;
  const results = sameItems(phase, planStep(decision.plan, at.step).batchSize, kept.items);
  if (kept.items.total !== phase.total || results.size < phase.total) return results;
  const task = keptTask(decision.now);
  for (const index of results.keys()) phase.open.set(index, task);
  phase.cursor = phase.total;
  awaitTurn(decision, at, kept);
  return null;
}

/** null: the item never started (`KeptItems.results`). */
export type ItemResults = ReadonlyMap<number, KeptResult | null>;

function sameItems(phase: ItemsPhase, batchSize: number | null, kept: KeptItems): ItemResults {
  const found = new Map<number, KeptResult | null>();
  for (let index = 0; index < phase.total; index++) {
    const result = kept.results[index];
    if (result === undefined) continue;
    const before = itemValue(kept.values, index, kept.batchSize);
    if (deepEqual(before, itemValue(phase.values, index, batchSize))) found.set(index, result);
  }
  return found;
}

const keptTask = (now: Instant): Task => ({
  attempt: 1,
  failures: 0,
  losses: 0,
  doing: 'kept',
  readyAt: now,
  dueAt: null,
  document: '',
  detail: null,
  worker: null,
  leasedAt: null,
});

function awaitTurn({ replay }: Deciding, at: StepAt, kept: KeptStep): void {
  if (replay === null) throw new Error('Only a re-run waits for kept results.');
  const { pending, until } = replay;
  const atOnce = kept.atOnce ?? (until !== null && kept.endedAt <= until);
  const end: PendingEnd = { at, kept, atOnce };
  if (atOnce) {
    pending.push(end);
    return;
  }
  let low = 0;
  for (let high = pending.length; low < high; ) {
    const middle = (low + high) >> 1;
    const other = pending[middle];
    if (other !== undefined && isBefore(end, other)) low = middle + 1;
    else high = middle;
  }
  pending.splice(low, 0, end);
}

/** In the order of the old run; of ends within a millisecond the one that was entered first. */
const isBefore = (one: PendingEnd, other: PendingEnd): boolean => one.kept.endedAt < other.kept.endedAt;

/** Whether what was entered last ended with its entry. */
export const isDueAtOnce = ({ replay }: Deciding): boolean => replay?.pending.at(-1)?.atOnce === true;
