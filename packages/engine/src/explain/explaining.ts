import {
  type Lane,
  type LoadedRun,
  type Plan,
  type PlanStep,
  type PreparedPlan,
  type ReusedStep,
  type RunControl,
  type RunState,
  restoreState,
  reusedSteps,
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

export function createExplaining(loaded: LoadedRun, prepared: PreparedPlan, facts: Facts): Explaining {
  const control = (loaded.run.control === null ? {} : JSON.parse(loaded.run.control)) as RunControl;
  const workers = new Map(facts.workers.map((summary) => [summary.worker.id, summary]));
  return {
    run: loaded.run,
    plan: prepared.plan,
    facts,
    cancel: control.cancel ?? null,
    paused: control.paused ?? null,
    transitions: prepared.transitions,
    rounds: control.joins === undefined ? new Map() : restoreState(prepared, loaded).rounds,
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
