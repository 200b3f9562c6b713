import type { PreparedPlan } from '../../plan/prepared-plan.ts';
import type { RunId } from '../../values/ids.ts';
import type { Json } from '../../values/json.ts';
import { planStep } from '../deciding.ts';
import type { Fault } from '../fault.ts';
import type { EndedAttempt, Instant, LoadedRun } from '../records.ts';
import { groupRows, type StepRows } from '../restore-state.ts';
import { endRowOf } from '../restore-step.ts';
import type { StepEndStatus } from '../status.ts';
import { changedSteps } from './changed-steps.ts';
import { type ReusedEnd, type ReusedFrom, readItemsInput, readReused, readReusedEnd } from './reused-input.ts';
import type { StartingPoint } from './starting-point.ts';

export type KeptResult = Readonly<{
  status: StepEndStatus;
  output: string | null;
  error: Fault | null;
  source: ReusedFrom;
}>;

/** When a step ended, in the run whose attempt gave its result. */
type KeptEnd = Readonly<{
  endedAt: Instant;
  /** Whether that was with its entry, before anything else was entered; null: if it was within the same millisecond. */
  atOnce: boolean | null;
}>;

/** What an iteration of a step gave: one result, or those of its items. */
export type KeptStep = KeptEnd & Readonly<{ result: KeptResult } | { items: KeptItems }>;

export type KeptItems = Readonly<{
  /** What the items were, so that a result is taken over only for the same value. */
  values: readonly Json[] | number;
  batchSize: number | null;
  total: number;
  /** null: it never started, since another item's failure stopped the step. undefined: it has nothing to take over. */
  results: readonly (KeptResult | null | undefined)[];
}>;

/**
 * The book of a re-run: what an ended run gave and the new run takes over instead of doing it again, by the numbers of
 * the new plan's steps and by iterations.
 */
export type KeptResults = Readonly<{
  /** When the old run began; null: it never did. */
  begunAt: Instant | null;
  /** Steps that run again whatever they gave: so does what is behind them, even if they are skipped this time. */
  again: ReadonlySet<number>;
  steps: ReadonlyMap<number, ReadonlyMap<number, KeptStep>>;
  /** Child runs that failed and may run again from what failed in them, by `keptKey` of the attempt that called them. */
  children: ReadonlyMap<string, RunId>;
}>;

export const keptKey = (key: Readonly<{ step: number; iteration: number; item: number }>): string =>
  `${key.step}.${key.iteration}.${key.item}`;

/**
 * Writes the book: every result that the old run has, except those of the starting points. Whether a result that is no
 * success can be taken over is seen when its turn comes (`take-kept.ts`), and what is behind something that runs again
 * is not looked up (`replay.ts`). Steps are told by their names, since `plan` may be another one than before.
 */
export function keepResults(
  plan: PreparedPlan,
  before: Readonly<{ plan: PreparedPlan; loaded: LoadedRun }>,
  from: readonly StartingPoint[],
): KeptResults {
  const steps = new Map<number, ReadonlyMap<number, KeptStep>>();
  const children = new Map<string, RunId>();
  const excluded = exclusions(plan, before.plan, from);
  const childrenToo = from.some(({ type }) => type === 'failed');
  for (const [number, iterations] of excluded.everything ? [] : groupRows(before.loaded)) {
    const old = planStep(before.plan, number);
    const step = plan.numberOf(old.name);
    if (step === null || excluded.steps.has(step)) continue;
    const kept = new Map<number, KeptStep>();
    for (const [iteration, rows] of iterations) {
      const hasItems = planStep(plan, step).forEach !== null;
      const found = hasItems
        ? keptItems(before.loaded.run.id, old.batchSize, rows, excluded.items.get(step))
        : keptResult(before.loaded.run.id, rows);
      if (found !== null) kept.set(iteration, found);
      if (childrenToo) noteChildren(children, step, iteration, rows);
    }
    steps.set(step, kept);
  }
  return { begunAt: before.loaded.run.startedAt, again: excluded.steps, steps, children };
}

type Exclusions = Readonly<{
  everything: boolean;
  steps: ReadonlySet<number>;
  items: ReadonlyMap<number, ReadonlySet<number>>;
}>;

function exclusions(plan: PreparedPlan, before: PreparedPlan, from: readonly StartingPoint[]): Exclusions {
  const steps = new Set<number>();
  const items = new Map<number, Set<number>>();
  for (const point of from) {
    if (point.type === 'changed') for (const step of changedSteps(plan, before)) steps.add(step);
    const step = point.type === 'step' ? plan.numberOf(point.step) : null;
    if (point.type !== 'step' || step === null) continue;
    if (point.items === null) steps.add(step);
    else items.set(step, new Set([...(items.get(step) ?? []), ...point.items]));
  }
  // Of a local run the files are gone: what its steps gave was made of them, and those that run again would miss them.
  const local = plan.localLane !== null || before.localLane !== null;
  return { everything: local || from.some(({ type }) => type === 'start'), steps, items };
}

function keptResult(run: RunId, rows: StepRows): KeptStep | null {
  const end = endRowOf(rows);
  const result = end === undefined ? null : resultOf(run, end);
  if (end === undefined || result === null) return null;
  return { ...keptEnd(end, end.reason === 'reused' ? readReusedEnd(end.input ?? '{}') : undefined), result };
}

/** `reused`: the step itself was taken over, and says so. */
function keptEnd({ endedAt, worker }: EndedAttempt, reused: Partial<ReusedEnd> | undefined): KeptEnd {
  if (reused === undefined) return { endedAt, atOnce: worker === null ? null : false };
  return { endedAt: reused.endedAt ?? endedAt, atOnce: reused.atOnce ?? false };
}

function keptItems(
  run: RunId,
  batchSize: number | null,
  rows: StepRows,
  excluded: ReadonlySet<number> | undefined,
): KeptStep | null {
  const end = endRowOf(rows);
  if (end === undefined || end.attempt !== 0 || end.input === null) return null;
  const { total, items: values, reused } = readItemsInput(end.input);
  if (total === undefined || values === undefined) return null;
  // What a failed item did to the others is part of what the step gave, and is kept with the failure or not at all.
  const stopped = end.reason === 'item_failed';
  const results: (KeptResult | null | undefined)[] = new Array(total).fill(stopped ? null : undefined);
  for (const item of excluded ?? []) results[item] = undefined;
  for (const row of rows.attempts) {
    if (!row.final || row.item < 0 || excluded?.has(row.item) === true) continue;
    // Ended by the clock of the whole step, it gave nothing of its own.
    const gave = row.reason === 'step_timed_out' ? null : resultOf(run, row, stopped);
    results[row.item] = gave ?? undefined;
  }
  return { ...keptEnd(end, reused), items: { values, batchSize, total, results } };
}

/**
 * null: it was cancelled, which says nothing of what it would have given; or it was never to run. `stopped`: it is an item
 * of a step that another item's failure stopped, so that is what it gave.
 */
function resultOf(run: RunId, row: EndedAttempt, stopped = false): KeptResult | null {
  const { attempt, status, reason, output, error, input } = row;
  if (status === 'cancelled' && !(stopped && (reason === 'item_failed' || reason === 'reused'))) return null;
  if (reason === 'reused' && input !== null) return { status, output, error, source: readReused(input) };
  const neverRan = attempt === 0 && (status !== 'failed' || input !== null);
  return neverRan ? null : { status, output, error, source: { run, attempt } };
}

function noteChildren(children: Map<string, RunId>, step: number, iteration: number, { attempts }: StepRows): void {
  for (const { final, item, status, error } of attempts) {
    const child = error?.details?.run;
    if (final && status !== 'succeeded' && typeof child === 'string') {
      children.set(keptKey({ step, iteration, item }), child as RunId);
    }
  }
}
