import {
  type EndedAttempt,
  type EngineWaitDocument,
  type Fault,
  hideFields,
  type Instant,
  isEngineWait,
  type Json,
  type JsonObject,
  MillraceError,
  type PreparedPlan,
  type RunId,
  type StepReason,
  type StepStatus,
  type Wait,
  type WaitKind,
  type Work,
  type WorkDocument,
  type WorkerId,
} from '@millrace/core';
import type { PlanCache } from '../plans/plan-cache.ts';
import type { Page, Paged } from '../ports/queries.ts';
import type { Store } from '../ports/store.ts';
import { runNotFound } from './run-not-found.ts';

export type AttemptFilter = Readonly<{
  step?: string;
  item?: number;
  iteration?: number;
  status?: readonly StepStatus[];
  /** Only attempts with which their step run ended, and those under way: one for each item. */
  latest?: boolean;
}>;

/** One attempt of a run, ended or under way. `attempt` 0: the step or item ended without any. */
export type AttemptDetail = Readonly<{
  step: string;
  item: number;
  iteration: number;
  attempt: number;
  status: StepStatus;
  reason: StepReason | null;
  readyAt: Instant | null;
  startedAt: Instant | null;
  endedAt: Instant | null;
  worker: WorkerId | null;
  /** What it waits for while it waits; null: it does not. */
  waitsFor: WaitKind | null;
  /** When that ends by itself. */
  dueAt: Instant | null;
  input: JsonObject | null;
  output: Json;
  error: Fault | null;
}>;

type Row = Readonly<{ step: number; item: number; iteration: number; attempt: number }> &
  Readonly<{ kind: 'ended'; row: EndedAttempt } | { kind: 'work'; row: Work } | { kind: 'wait'; row: Wait }>;

/** The attempts of a run in the order of steps, iterations, items and attempts. */
export function createListAttempts(store: Store, plans: PlanCache) {
  return async (run: RunId, filter: AttemptFilter, page: Page): Promise<Paged<AttemptDetail>> => {
    const [loaded] = await store.runs.load([run]);
    if (loaded === undefined) throw runNotFound(run);
    const plan = await plans.get(loaded.run.plan);
    const step = filter.step === undefined ? null : stepNumber(plan, run, filter.step);
    const rows: Row[] = [
      ...loaded.attempts.map((row) => ({ ...keyOf(row), kind: 'ended' as const, row })),
      ...loaded.work.map((row) => ({ ...keyOf(row), kind: 'work' as const, row })),
      ...loaded.waits.filter(standsForAttempt).map((row) => ({ ...keyOf(row), kind: 'wait' as const, row })),
    ];
    const after = page.after === null ? null : page.after.split('/').map(Number);
    const wanted = rows.filter(
      (row) =>
        (step === null || row.step === step) &&
        (filter.item === undefined || row.item === filter.item) &&
        (filter.iteration === undefined || row.iteration === filter.iteration) &&
        (filter.status === undefined || filter.status.includes(statusOf(row))) &&
        (filter.latest !== true || row.kind !== 'ended' || row.row.final) &&
        (after === null || compare(placeOf(row), after) > 0),
    );
    const shown = wanted.sort((a, b) => compare(placeOf(a), placeOf(b))).slice(0, page.limit);
    const last = shown.at(-1);
    return {
      items: shown.map((row) => withoutSecrets(plan, row, detailOf(plan, row))),
      next: last === undefined || shown.length === wanted.length ? null : placeOf(last).join('/'),
    };
  };
}

const keyOf = ({ step, item, iteration, attempt }: Row | EndedAttempt | Work | Wait) => ({
  step,
  item,
  iteration,
  attempt,
});

/** Waits in the place of an attempt's work, and before it; the others belong to attempts that have rows of their own. */
const standsForAttempt = ({ step, kind }: Wait): boolean =>
  step >= 0 && (isEngineWait(kind) || kind === 'retry' || kind === 'delay');

const placeOf = ({ step, iteration, item, attempt }: Row): readonly number[] => [step, iteration, item, attempt];

function compare(left: readonly number[], right: readonly number[]): number {
  for (const [index, value] of left.entries()) {
    const other = right[index] ?? 0;
    if (value !== other) return value - other;
  }
  return 0;
}

function statusOf(row: Row): StepStatus {
  switch (row.kind) {
    case 'ended':
      return row.row.status;
    case 'work':
      return row.row.worker === null ? 'ready' : 'running';
    case 'wait': {
      const holder = holderOf(row.row);
      if (holder === null) return 'waiting';
      return holder.worker === null ? 'ready' : 'running';
    }
  }
}

/** What the action calls secret is not for everybody who looks. */
function withoutSecrets(plan: PreparedPlan, { step }: Row, detail: AttemptDetail): AttemptDetail {
  const { secretInput } = plan.step(step);
  return secretInput === null || detail.input === null
    ? detail
    : { ...detail, input: hideFields(detail.input, secretInput) };
}

function detailOf(plan: PreparedPlan, row: Row): AttemptDetail {
  const common = {
    step: plan.plan.steps[row.step]?.name ?? String(row.step),
    item: row.item,
    iteration: row.iteration,
    attempt: row.attempt,
    status: statusOf(row),
    ...nothing,
  };
  switch (row.kind) {
    case 'ended': {
      const { reason, readyAt, startedAt, endedAt, worker, input, output, error, attempt } = row.row;
      return {
        ...common,
        reason,
        readyAt,
        startedAt,
        endedAt,
        worker,
        // Of what was not executed, that column says something else (see `EndedAttempt`).
        input: input === null || attempt === 0 ? null : JSON.parse(input),
        output: output === null ? null : JSON.parse(output),
        error,
      };
    }
    case 'work': {
      const { readyAt, leasedAt, worker, document } = row.row;
      return { ...common, readyAt, startedAt: leasedAt, worker, input: (JSON.parse(document) as WorkDocument).input };
    }
    case 'wait': {
      const { kind, dueAt } = row.row;
      const stored = documentOf(row.row);
      const { worker = null, leasedAt = null } = holderOf(row.row) ?? {};
      return {
        ...common,
        waitsFor: common.status === 'waiting' ? kind : null,
        dueAt,
        readyAt: stored.readyAt ?? null,
        startedAt: leasedAt,
        worker,
        input: stored.work?.input ?? null,
      };
    }
  }
}

const documentOf = ({ kind, document }: Wait): Partial<EngineWaitDocument> =>
  isEngineWait(kind) && document !== null ? (JSON.parse(document) as Partial<EngineWaitDocument>) : {};

/** Of an attempt of a local run: the worker that carries the run out, once it has begun the attempt. */
function holderOf(wait: Wait): Readonly<{ worker: WorkerId | null; leasedAt: Instant | null }> | null {
  if (wait.kind !== 'local') return null;
  return (documentOf(wait).detail as ReturnType<typeof holderOf> | undefined) ?? { worker: null, leasedAt: null };
}

const nothing = {
  reason: null,
  readyAt: null,
  startedAt: null,
  endedAt: null,
  worker: null,
  waitsFor: null,
  dueAt: null,
  input: null,
  output: null,
  error: null,
} as const;

function stepNumber(plan: PreparedPlan, run: RunId, name: string): number {
  const index = plan.plan.steps.findIndex((step) => step.name === name);
  if (index >= 0) return index;
  const names = plan.plan.steps.map((step) => step.name);
  throw new MillraceError('not_found', `Run ${run} has no step ${name}.`, {
    hint: `It has: ${names.slice(0, 20).join(', ')}${names.length > 20 ? ', …' : ''}.`,
  });
}
