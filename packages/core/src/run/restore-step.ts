import type { PlanStep } from '../plan/plan.ts';
import { countItem } from './items.ts';
import type { LocalHolder } from './local/launch-local-run.ts';
import {
  type EndedAttempt,
  type EngineWaitDocument,
  type ItemsDocument,
  isEngineWait,
  type Wait,
  type Work,
} from './records.ts';
import type { StepRows } from './restore-state.ts';
import type { EndedItem, EndedItems, EndedPhase, ItemsPhase, OpenPhase, StepStop, Task } from './state.ts';

/** What is known of an iteration's end without the steps before it. */
export type RestoredEnd = Omit<EndedPhase, 'failed' | 'timedOut'>;

/** The row that ends an iteration; undefined: it is under way. */
export const endRowOf = (rows: StepRows): EndedAttempt | undefined =>
  rows.attempts.find((attempt) => attempt.item === -1 && attempt.final);

/** The phase of an iteration of which there are rows, but no end. */
export function restoreOpen(step: PlanStep, rows: StepRows): OpenPhase {
  const items = rows.waits.find((wait) => wait.kind === 'items');
  if (items !== undefined) return restoreItems(step, items, rows);
  const delay = rows.waits.find((wait) => wait.kind === 'delay');
  if (delay !== undefined) return { kind: 'delayed', dueAt: delay.dueAt ?? 0 };
  const task = restoreTasks(rows).get(-1);
  if (task === undefined) throw new Error(`Nothing will move step ${step.name}: it has neither work nor a wait.`);
  return { kind: 'single', task, stop: restoreStop(rows) };
}

export function restoreEnd(end: EndedAttempt, rows: StepRows): RestoredEnd {
  const { iteration, status, reason, attempt: attempts, output, error, startedAt, endedAt } = end;
  // The end of a for-each has an input without an attempt: how many items there were.
  const total = end.attempt === 0 && end.input !== null ? totalOf(end.input) : null;
  const items = total === null ? null : restoreEndedItems(total, rows);
  return { iteration, status, reason, attempts, output, error, startedAt, endedAt, items };
}

/** null: it is the source of a result that was taken over. */
const totalOf = (input: string): number | null => (JSON.parse(input) as Readonly<{ total?: number }>).total ?? null;

function restoreEndedItems(total: number, rows: StepRows): EndedItems {
  const counters = { succeeded: 0, failed: 0, cancelled: 0 };
  const ended: (EndedItem | undefined)[] = [];
  for (const attempt of rows.attempts) {
    if (attempt.item === -1 || !attempt.final) continue;
    ended[attempt.item] = endedItem(attempt);
    countItem(counters, attempt);
  }
  const started = counters.succeeded + counters.failed + counters.cancelled;
  return { total, ...counters, cancelled: counters.cancelled + total - started, ended };
}

function restoreItems(step: PlanStep, wait: Wait, rows: StepRows): ItemsPhase {
  const { items: values, startedAt } = JSON.parse(wait.document ?? 'null') as ItemsDocument;
  const count = typeof values === 'number' ? values : values.length;
  const total = step.batchSize === null ? count : Math.ceil(count / step.batchSize);
  const open = restoreTasks(rows);
  const phase: ItemsPhase = {
    kind: 'items',
    iteration: wait.iteration,
    startedAt,
    values,
    total,
    cursor: 0,
    open,
    ended: [],
    succeeded: 0,
    failed: 0,
    cancelled: 0,
    stop: restoreStop(rows),
  };
  for (const attempt of rows.attempts) {
    if (!attempt.final) continue;
    phase.ended[attempt.item] = endedItem(attempt);
    countItem(phase, attempt);
  }
  // Items start in order, and each that started has a row; so has each that a re-run took over.
  while (phase.ended[phase.cursor] !== undefined || open.has(phase.cursor)) phase.cursor += 1;
  return phase;
}

function endedItem({ status, reason, attempt, output, error }: EndedAttempt): EndedItem {
  return { status, reason, attempts: attempt, output, error };
}

function restoreStop(rows: StepRows): StepStop | null {
  const grace = rows.waits.find((wait) => wait.kind === 'cancel_grace');
  return grace === undefined ? null : (JSON.parse(grace.document ?? 'null') as { stop: StepStop }).stop;
}

/** The step runs that are under way, by item. */
function restoreTasks(rows: StepRows): Map<number, Task> {
  const tasks = new Map<number, Task>();
  for (const work of rows.work) tasks.set(work.item, workTask(work));
  for (const wait of rows.waits) {
    const task = waitTask(wait);
    if (task !== null) tasks.set(wait.item, task);
  }
  for (const attempt of rows.attempts) {
    const task = attempt.final ? undefined : tasks.get(attempt.item);
    if (task === undefined) continue;
    if (attempt.reason === 'worker_lost') task.losses += 1;
    else task.failures += 1;
  }
  return tasks;
}

function workTask({ attempt, readyAt, document, worker, leasedAt }: Work): Task {
  const common = { attempt, failures: 0, losses: 0, dueAt: null, detail: null };
  return { ...common, doing: 'work', readyAt, document, worker, leasedAt };
}

function waitTask({ kind, attempt, dueAt, document }: Wait): Task | null {
  const common = { attempt, failures: 0, losses: 0, dueAt };
  const nobody = { worker: null, leasedAt: null };
  if (kind === 'retry')
    return { ...common, ...nobody, doing: kind, readyAt: dueAt ?? 0, document: document ?? '', detail: null };
  if (!isEngineWait(kind)) return null;
  const { readyAt, work, detail } = JSON.parse(document ?? 'null') as EngineWaitDocument;
  const own = detail === undefined ? null : JSON.stringify(detail);
  const holder = kind === 'local' && detail !== undefined ? (detail as unknown as LocalHolder) : nobody;
  const { worker, leasedAt } = holder;
  return { ...common, worker, leasedAt, doing: kind, readyAt, document: JSON.stringify(work), detail: own };
}
