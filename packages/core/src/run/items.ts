import { FaultError } from '../plan/expression-fault.ts';
import { itemsAtOnce } from '../plan/items-at-once.ts';
import type { Json } from '../values/json.ts';
import { type Deciding, faultAt, keyOf, planStep, type StepAt } from './deciding.ts';
import { endTime } from './end-time.ts';
import type { Fault } from './fault.ts';
import { limitStep } from './limit-step.ts';
import { openIteration } from './open-iteration.ts';
import type { ItemsDocument } from './records.ts';
import type { KeptStep } from './rerun/kept-results.ts';
import { awaitItems } from './rerun/replay.ts';
import { type ReusedEnd, writeItemsInput } from './rerun/reused-input.ts';
import { takeSome } from './rerun/take-kept.ts';
import { scopeFor } from './scope.ts';
import { settleStep } from './settle-step.ts';
import type { EndedItem, EndedItems, ItemsPhase, StepStop } from './state.ts';
import type { StepEndStatus, StepReason } from './status.ts';
import { stopEnd, stopGraceOf, stopTask } from './stop-task.ts';
import { hasEnded, startTask } from './task.ts';
import { itemTarget, stepTarget, viewOfTask } from './task-view.ts';
import { shown } from './wait-end.ts';

/** How many step runs a for-each may have. */
export const maxItems = 1_000_000;

/**
 * Begins a for-each. Each item is a step run of its own. With `batch_size` each run takes the next so many values as a
 * list: `item` is that list, `index` and `total` count the batches, and so does the step's output.
 */
export function beginItems(decision: Deciding, at: StepAt, kept: KeptStep | null): void {
  const { step, iteration } = at;
  const values = evaluateItems(decision, at);
  const { batchSize } = planStep(decision.plan, step);
  const count = typeof values === 'number' ? values : values.length;
  const total = batchSize === null ? count : Math.ceil(count / batchSize);
  if (total > maxItems) throw new FaultError(faultAt(decision, step, 'forEach', tooManyItems(total)));
  const phase: ItemsPhase = {
    kind: 'items',
    iteration,
    startedAt: decision.now,
    values,
    total,
    cursor: 0,
    open: new Map(),
    ended: [],
    succeeded: 0,
    failed: 0,
    cancelled: 0,
    stop: null,
  };
  openIteration(decision, at, phase);
  const document: ItemsDocument = { startedAt: decision.now, items: values };
  const wait = { ...keyOf(at), attempt: 0, kind: 'items', dueAt: null } as const;
  decision.changes.setWait({ ...wait, document: JSON.stringify(document) });
  limitStep(decision, at);
  if (kept === null) {
    continueItems(decision, step, phase);
    return;
  }
  const results = awaitItems(decision, phase, at, kept);
  if (results !== null) takeSome(decision, at, phase, results);
}

function evaluateItems(decision: Deciding, at: StepAt): readonly Json[] | number {
  const { step } = at;
  const { forEach } = decision.plan.step(step);
  if (forEach === null) throw new Error(`Step ${step} has no for_each.`);
  const value = forEach.evaluate(scopeFor(viewOfTask(decision, stepTarget(at), 1), forEach.needs));
  if (Array.isArray(value)) return value as readonly Json[];
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0) return value;
  const type = value === null ? 'null' : typeof value === 'object' ? 'an object' : `a ${typeof value}`;
  const fault: Fault = {
    code: 'not_a_list',
    message: `\`for_each\` expects a list or a count; it is ${type}: ${shown(value)}.`,
    retryable: false,
  };
  throw new FaultError(faultAt(decision, step, 'forEach', fault));
}

function tooManyItems(total: number): Fault {
  return {
    code: 'too_many_items',
    message: `A for_each may have ${maxItems} items; this one has ${total}.`,
    hint: 'Give several of them to each run with batch_size, or split the list over several steps.',
    retryable: false,
  };
}

/** Takes the end of an item that was open or just began. Costs the same however many items there are. */
export function recordItem(decision: Deciding, step: number, phase: ItemsPhase, index: number, end: EndedItem): void {
  phase.open.delete(index);
  const { status, reason, attempts, output, error } = end;
  phase.ended[index] = { status, reason, attempts, output, error };
  const kind = countItem(phase, end);
  if (kind !== 'failed' || phase.stop !== null || decision.state.cancel !== null) return;
  if (planStep(decision.plan, step).onItemFailure === 'stop') stopItems(decision, step, phase, 'item_failed');
}

type ItemCounters = { succeeded: number; failed: number; cancelled: number };

/** Which counter an ended item belongs to; what was stopped from outside did not fail by itself. */
export function countItem(
  phase: ItemCounters,
  end: Pick<EndedItem, 'status' | 'reason'>,
): 'succeeded' | 'failed' | 'cancelled' {
  const kind =
    // One that was skipped (an approval that nobody needed to give, a limit that was full) is dealt with, and no failure.
    end.status === 'succeeded' || end.status === 'skipped'
      ? 'succeeded'
      : end.status === 'cancelled' && end.reason !== null
        ? 'cancelled'
        : 'failed';
  phase[kind] += 1;
  return kind;
}

/** Starts items while there is room and the run is not paused, and ends the step when nothing is left to do. */
export function continueItems(decision: Deciding, step: number, phase: ItemsPhase): void {
  const planned = planStep(decision.plan, step);
  const { batchSize } = planned;
  const room = itemsAtOnce(planned) ?? Number.POSITIVE_INFINITY;
  const held = decision.state.paused !== null;
  for (; phase.cursor < phase.total; ) {
    const index = phase.cursor;
    const isTaken = phase.ended[index] !== undefined;
    if (!isTaken && (held || isStopping(decision, phase) || phase.open.size >= room)) break;
    phase.cursor += 1;
    if (isTaken) continue;
    const started = startTask(decision, itemTarget(step, index, phase, batchSize));
    if (hasEnded(started)) recordItem(decision, step, phase, index, started);
    else phase.open.set(index, started);
  }
  if (phase.open.size === 0 && (phase.cursor === phase.total || isStopping(decision, phase))) {
    endItems(decision, step, phase);
  }
}

const isStopping = (decision: Deciding, phase: ItemsPhase): boolean =>
  phase.stop !== null || decision.state.cancel !== null;

/** Starts no more items, and stops those that are open. Whoever calls it then calls `continueItems`. */
export function stopItems(decision: Deciding, step: number, phase: ItemsPhase, stop: StepStop): void {
  phase.stop = stop;
  stopOpenItems(decision, step, phase, false);
  if (phase.open.size === 0) return;
  const dueAt = decision.now + stopGraceOf(decision.plan.plan);
  const document = JSON.stringify({ stop });
  const key = keyOf({ step, iteration: phase.iteration });
  decision.changes.setWait({ ...key, attempt: 0, kind: 'cancel_grace', dueAt, document });
}

export function stopOpenItems(decision: Deciding, step: number, phase: ItemsPhase, force: boolean): void {
  const { batchSize } = planStep(decision.plan, step);
  for (const [index, task] of phase.open) {
    const end = stopTask(decision, itemTarget(step, index, phase, batchSize), task, phase.stop, force);
    if (end !== null) recordItem(decision, step, phase, index, end);
  }
}

/** `reused`: a re-run takes over all of it. */
export function endItems(decision: Deciding, step: number, phase: ItemsPhase, reused: ReusedEnd | null = null): void {
  const { status, reason, error } = judgeItems(decision, step, phase);
  const { total, startedAt, values } = phase;
  const at = { step, iteration: phase.iteration };
  decision.changes.endAttempt({
    ...keyOf(at),
    attempt: 0,
    status,
    reason,
    final: true,
    readyAt: startedAt,
    startedAt,
    endedAt: endTime(decision, at),
    worker: null,
    input: writeItemsInput(total, values, reused),
    output: null,
    error,
  });
  settleStep(decision, at, { status, reason, error, output: null, attempts: 0, startedAt }, endedItems(phase));
}

/** Items that never started have no rows: they count as cancelled. */
export function endedItems({ total, succeeded, failed, ended }: ItemsPhase): EndedItems {
  return { total, succeeded, failed, cancelled: total - succeeded - failed, ended };
}

type Judgement = Readonly<{ status: StepEndStatus; reason: StepReason | null; error: Fault | null }>;

export function judgeItems(decision: Deciding, step: number, phase: ItemsPhase): Judgement {
  if (phase.stop === 'step_timeout') return stopEnd(decision, step, phase.stop);
  const complete = phase.succeeded + phase.failed === phase.total;
  if (phase.stop === null && !complete) return stopEnd(decision, step, null);
  const tolerated = planStep(decision.plan, step).onItemFailure === 'ignore';
  if (phase.failed === 0 || tolerated) return { status: 'succeeded', reason: null, error: null };
  return { status: 'failed', reason: 'item_failed', error: itemsFault(phase) };
}

function itemsFault(phase: ItemsPhase): Fault {
  const isFailure = (item: EndedItem | undefined) =>
    item !== undefined && item.status !== 'succeeded' && !(item.status === 'cancelled' && item.reason !== null);
  const index = phase.ended.findIndex(isFailure);
  const cause = phase.ended[index]?.error ?? null;
  const message = `${phase.failed} of ${phase.total} items failed. The first is item ${index}: ${cause?.message ?? ''}`;
  return { code: 'item_failed', message: message.trim(), details: { item: index, error: cause as Json } };
}
