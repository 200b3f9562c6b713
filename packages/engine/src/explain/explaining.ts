import {
  type EngineWaitDocument,
  type Lane,
  type LoadedRun,
  type LocalHolder,
  type Plan,
  type PlanStep,
  type PreparedPlan,
  type ReusedStep,
  type RunControl,
  type RunState,
  restoreState,
  reusedSteps,
  rowsOfRound,
  type Wait,
  type Work,
  type WorkerId,
} from '@millrace/core';
import type { WorkerSummary } from '../ports/queries.ts';
import type { ChildRun, Holder, WorkerSearch } from './explanation.ts';
import { childKey, type Facts } from './facts.ts';
import { groupByStep, type StepRows } from './run-rows.ts';
import { createWorkerSearch } from './search-workers.ts';

/** What all answers of one explanation are made from. */
export type Explaining = Readonly<{
  run: LoadedRun['run'];
  plan: Plan;
  facts: Facts;
  cancel: NonNullable<RunControl['cancel']> | null;
  paused: NonNullable<RunControl['paused']> | null;
  /** Of a local run: the work to carry it out, and whether its worker has told that it began. */
  local: Readonly<{ work: Work | null; begun: boolean }> | null;
  transitions: PreparedPlan['transitions'];
  /** Arrivals at joins. */
  rounds: RunState['rounds'];
  /** Steps entered by transitions that cannot run any more. */
  settled: ReadonlySet<number>;
  /** Waits of the run itself: its timeout, its grace. */
  runWaits: LoadedRun['waits'];
  rows: ReadonlyMap<number, readonly StepRows[]>;
  search(lane: Lane): WorkerSearch;
  holder(worker: WorkerId): Holder;
  child(wait: Parameters<typeof childKey>[0]): ChildRun | null;
  /** What steps of a re-run took over. */
  reused(): Readonly<Record<string, ReusedStep>>;
}>;

export function createExplaining(stored: LoadedRun, prepared: PreparedPlan, facts: Facts): Explaining {
  const control = (stored.run.control === null ? {} : JSON.parse(stored.run.control)) as RunControl;
  const loaded =
    prepared.localLane === null ? stored : asWork(prepared, rowsOfRound(stored, control.local?.first ?? 0));
  const workers = new Map(facts.workers.map((summary) => [summary.worker.id, summary]));
  return {
    run: loaded.run,
    plan: prepared.plan,
    facts,
    cancel: control.local?.stop ?? control.cancel ?? null,
    paused: control.paused ?? null,
    local:
      prepared.localLane === null
        ? null
        : { work: stored.work.find(({ step }) => step === -1) ?? null, begun: (control.local?.applied ?? 0) > 0 },
    transitions: prepared.transitions,
    rounds: control.joins === undefined ? new Map() : restoreState(prepared, stored).rounds,
    settled: new Set(control.settled),
    runWaits: loaded.waits.filter(({ step }) => step === -1),
    rows: groupByStep(loaded),
    search: createWorkerSearch(facts),
    holder: (worker) => holderOf(worker, workers.get(worker), facts.leaseMs),
    child: (wait) => facts.children.get(childKey(wait)) ?? null,
    reused: () => reusedSteps(prepared, loaded),
  };
}

function holderOf(worker: WorkerId, known: WorkerSummary | undefined, leaseMs: number): Holder {
  if (known === undefined) {
    return { worker, name: null, host: null, slots: null, held: null, heardAt: null, leaseUntil: null };
  }
  const { name, host, slots } = known.worker;
  const { held, leaseUntil } = known;
  return { worker, name, host, slots, held, heardAt: leaseUntil - leaseMs, leaseUntil };
}

export function planStep({ plan }: Explaining, step: number): PlanStep {
  const found = plan.steps[step];
  if (found === undefined) throw new Error(`The plan of ${plan.workflow} has no step ${step}.`);
  return found;
}

/** What a worker executes inside a local run, told as the work that it would be in a distributed one. */
function asWork({ plan }: PreparedPlan, loaded: LoadedRun): LoadedRun {
  const inside = loaded.waits.flatMap((wait) => (wait.kind === 'local' ? workInside(plan, wait) : []));
  return { ...loaded, work: inside, waits: loaded.waits.filter(({ kind }) => kind !== 'local') };
}

function workInside({ steps }: Plan, { step, item, iteration, attempt, document }: Wait): readonly Work[] {
  const lane = steps[step]?.lane ?? null;
  if (lane === null) return [];
  const { readyAt, work, detail } = JSON.parse(document ?? 'null') as EngineWaitDocument;
  const { worker, leasedAt } = (detail ?? { worker: null, leasedAt: null }) as Partial<LocalHolder>;
  const key = { step, item, iteration, attempt };
  return [
    {
      ...key,
      lane,
      priority: 0,
      readyAt,
      document: JSON.stringify(work),
      worker: worker ?? null,
      leasedAt: leasedAt ?? null,
    },
  ];
}
