import { demandText, isRunEnd, type LoadedRun, type Plan, type RunId, type Wait, type WorkerId } from '@millrace/core';
import type { Dispatcher } from '../dispatch/dispatcher.ts';
import { childStartKey } from '../outbox/child-start-key.ts';
import type { PlanCache } from '../plans/plan-cache.ts';
import type { Clock } from '../ports/clock.ts';
import type { LimitDetail, Queries } from '../ports/queries.ts';
import type { Store } from '../ports/store.ts';
import { findHookCalls } from '../runs/find-hook-calls.ts';
import { runNotFound } from '../runs/run-not-found.ts';
import type { EngineSettings } from '../settings.ts';
import { demandsOfWait } from './explain-limits.ts';
import { type ExplainRequest, explainRun, maxParts } from './explain-run.ts';
import type { ChildRun, Explanation } from './explanation.ts';
import { childKey, type Facts, stepNameKey } from './facts.ts';
import { keepFirst } from './keep-first.ts';

export type ExplainOptions = Readonly<{
  store: Store;
  queries: Queries;
  plans: PlanCache;
  dispatcher: Dispatcher;
  clock: Clock;
  settings: EngineSettings;
}>;

/** Gathers what an explanation needs: the run as it stands in the store, and who and what is around it. */
export function createExplain({ store, queries, plans, dispatcher, clock, settings }: ExplainOptions) {
  return async (run: RunId, request: ExplainRequest = {}): Promise<Explanation> => {
    const [loaded] = await store.runs.load([run]);
    if (loaded === undefined) throw runNotFound(run);
    const plan = await plans.get(loaded.run.plan);
    return explainRun(
      loaded,
      plan,
      isRunEnd(loaded.run.status)
        ? { ...noFacts(), hooks: await findHookCalls(store, loaded.run) }
        : await gather(loaded, plan.plan, request),
      request,
    );
  };

  async function gather(loaded: LoadedRun, plan: Plan, request: ExplainRequest): Promise<Facts> {
    const slots = toldWaits('slots', loaded, plan, request);
    const [workers, lanes, children, limits] = await Promise.all([
      queries.listWorkers(),
      loaded.work.some(({ worker }) => worker === null) ? queries.countWork() : [],
      findChildren(loaded, toldWaits('child', loaded, plan, request)),
      findLimits(loaded.run.workspace, slots),
    ]);
    const stepNames = await findStepNames(limits);
    return { ...noFacts(), workers, stopping: stoppingWorkers(), lanes, children, limits, stepNames };
  }

  function noFacts(): Facts {
    const { leaseMs, reaperMs } = settings;
    return {
      now: clock.now(),
      workers: [],
      stopping: new Set(),
      lanes: [],
      children: new Map(),
      hooks: [],
      limits: new Map(),
      stepNames: new Map(),
      leaseMs,
      reaperMs,
    };
  }

  async function findLimits(workspace: string, waits: readonly Wait[]): Promise<ReadonlyMap<string, LimitDetail>> {
    const demands = new Map(waits.flatMap(demandsOfWait).map((demand) => [demandText(demand), demand]));
    const found = await Promise.all(
      [...demands].slice(0, maxLimits).map(async ([text, { kind, key }]) => {
        const detail = await queries.limitDetail({ workspace, kind, key });
        return detail === null ? null : ([text, detail] as const);
      }),
    );
    return new Map(found.filter((entry) => entry !== null));
  }

  /** What the steps of other runs are called that hold these limits. */
  async function findStepNames(limits: ReadonlyMap<string, LimitDetail>): Promise<ReadonlyMap<string, string>> {
    const holders = [...limits.values()].flatMap((limit) => limit.holders).filter(({ step }) => step >= 0);
    const runs = [...new Set(holders.map(({ run }) => run))].slice(0, maxLimits);
    const named = new Map<string, string>();
    for (const run of runs) {
      const names = await namesOfSteps(run);
      for (const { step } of holders.filter((holder) => holder.run === run)) {
        named.set(stepNameKey(run, step), names[step] ?? String(step));
      }
    }
    return named;
  }

  async function namesOfSteps(run: RunId): Promise<readonly string[]> {
    const origin = await store.runs.origin(run);
    return origin === null ? [] : (await plans.get(origin.plan)).plan.steps.map(({ name }) => name);
  }

  function stoppingWorkers(): ReadonlySet<WorkerId> {
    const stopping = [...dispatcher.workers()].filter((worker) => worker.stopping);
    return new Set(stopping.map(({ description }) => description.id));
  }

  async function findChildren({ run }: LoadedRun, waits: readonly Wait[]): Promise<ReadonlyMap<string, ChildRun>> {
    const found = await Promise.all(waits.map((wait) => findChild(run.workspace, run.id, wait)));
    return new Map(found.filter((entry) => entry !== null));
  }

  async function findChild(workspace: string, parent: RunId, wait: Wait): Promise<[string, ChildRun] | null> {
    const run = await store.runs.findByStartKey(workspace, childStartKey(parent, wait));
    const status = run === null ? null : await store.runs.status(run);
    return run === null || status === null ? null : [childKey(wait), { run, status }];
  }
}

/** How many limits are looked at, and runs that hold them. */
const maxLimits = 20;

/** Waits of this kind that will be told of: those of steps, and of the items of a for-each the first few. */
function toldWaits(
  kind: Wait['kind'],
  { waits }: LoadedRun,
  plan: Plan,
  { step, item }: ExplainRequest,
): readonly Wait[] {
  const index = plan.steps.find(({ name }) => name === step)?.index;
  const told = new Map<string, Wait[]>();
  for (const wait of waits) {
    if (wait.kind !== kind || (step !== undefined && wait.step !== index)) continue;
    if (item !== undefined && wait.item !== item) continue;
    const name = `${wait.step}/${wait.iteration}`;
    const first = told.get(name) ?? [];
    told.set(name, first);
    keepFirst(first, wait, (one) => one.item);
  }
  return [...told.values()]
    .flat()
    .sort((left, right) => left.step - right.step || left.item - right.item)
    .slice(0, maxParts);
}
