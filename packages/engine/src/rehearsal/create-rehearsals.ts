// Rehearsals: the real engine on a store in memory, with time that jumps and a worker that only says what mocks say.
//
//   loop:  let everything come to rest ─▶ the worker reports and takes ─▶ anything new? again
//                                                                      └▶ nothing: time jumps to what is due next
//
// Nothing waits for real time: a retry with an hour of backoff and a wait of thirty days cost one jump each. Everything
// that a commit sets off happens within the turn (the memory store answers at once), so one turn of the event loop is rest.
// The loops that look again by themselves, in case a hint was lost, are set to rest for centuries: nothing is lost here, and
// time must not stop at each of their looks.
import {
  capabilitiesOf,
  type Definitions,
  isRunEnd,
  type Lane,
  lanesOf,
  MillraceError,
  type PreparedPlan,
  preparePlan,
  type RunId,
  type WorkerDescription,
  workerId,
} from '@millrace/core';
import { createEngine } from '../engine.ts';
import type { Engine } from '../engine-types.ts';
import { createMemoryStore } from '../memory/index.ts';
import { PlanCache } from '../plans/plan-cache.ts';
import type { Store } from '../ports/store.ts';
import type { EngineSettings } from '../settings.ts';
import { compileAll, revisionEntries } from '../workspaces/publish-workspace.ts';
import { MockBook } from './mock-book.ts';
import { MockPeople } from './mock-people.ts';
import { MockWorker } from './mock-worker.ts';
import { withoutMockable } from './mockable-problems.ts';
import { mockEngineSteps } from './mocked-plans.ts';
import { noBlobs } from './no-blobs.ts';
import { hooksEnded, observeHooks } from './observe-hooks.ts';
import { allRuns, observeSteps } from './observe-steps.ts';
import type { RehearsalRequest, Rehearsed } from './rehearsal-types.ts';
import { RunPaths } from './run-paths.ts';
import { StepEvents } from './step-events.ts';
import { VirtualClock } from './virtual-clock.ts';

export type Rehearsals = Readonly<{
  /** Runs a workflow with mocked steps. Everything that runs is new each time; only the definitions are shared. */
  rehearse(request: RehearsalRequest): Promise<Rehearsed>;
}>;

const workspace = 'rehearsal';
const revision = 'rehearsal';
const farMs = 1e13;
const settings: Partial<EngineSettings> = { pollMs: farMs, reaperMs: farMs, leaseMs: 4 * farMs };
const slots = 1_000_000;
/** A run that waits for ever, or loops without an end, must not hold up the tests. */
const maxJumps = 100_000;
const maxTurns = 1_000_000;

/** Compiles the definitions, once for any number of rehearsals. */
export function createRehearsals(definitions: Definitions): Rehearsals {
  const compiled = compileAll(definitions, workspace);
  const plans = new Map(compiled.plans.map((plan) => [plan.plan.workflow, asDistributed(plan)]));
  const problems = withoutMockable(compiled.problems, definitions);
  const { actions, files } = compiled;
  const unchanged = publish({ plans: compiled.plans, actions, problems, files });
  return {
    async rehearse(request) {
      const changed = mockEngineSteps(request.workflow, request.mocks, plans);
      const published =
        changed.size === 0
          ? unchanged
          : publish({
              plans: [...new Map([...plans, ...changed]).values()],
              actions,
              problems,
              files,
            });
      return rehearse(request, await published);
    },
  };
}

/** Where steps run is no matter here: there are no folders, and mocks answer on any worker. */
function asDistributed(prepared: PreparedPlan): PreparedPlan {
  const { plan } = prepared;
  return plan.mode === 'distributed' ? prepared : preparePlan({ ...plan, mode: 'distributed' });
}

type Published = Readonly<{ stores: Pick<Store, 'plans' | 'workspaces'>; lanes: readonly Lane[] }>;

async function publish(
  compiled: Pick<ReturnType<typeof compileAll>, 'plans' | 'actions' | 'problems' | 'files'>,
): Promise<Published> {
  const { store } = createMemoryStore({ now: () => 0 });
  const all = [...compiled.plans, ...compiled.actions];
  await store.plans.put(all.map(({ hash, plan }) => ({ hash, plan, lanes: lanesOf(plan) })));
  const workflows = revisionEntries(compiled);
  await store.workspaces.publish({ workspace, revision, workflows, triggers: [], files: null }, {}, []);
  return { stores: { plans: store.plans, workspaces: store.workspaces }, lanes: await store.plans.lanes() };
}

async function rehearse(request: RehearsalRequest, { stores, lanes }: Published): Promise<Rehearsed> {
  const clock = new VirtualClock(request.startsAt);
  const memory = createMemoryStore({ now: () => clock.now() });
  const store: Store = { ...memory.store, ...stores };
  const failures: unknown[] = [];
  const onError = (error: unknown) => failures.push(error);
  const engine = await createEngine({
    store,
    queries: memory.queries,
    blobs: noBlobs,
    clock,
    settings,
    fireSchedules: false,
    onError,
  });
  const events = new StepEvents();
  engine.subscribe((event) => events.hear(event));
  await engine.start();
  try {
    const started = await start(engine, request);
    if (typeof started !== 'string') {
      return { outcome: started, steps: new Map(), hooks: [], elapsedMs: 0, unmocked: [], stuck: null };
    }
    const run = started;
    const paths = new RunPaths(run, store.runs, new PlanCache(store.plans));
    const book = new MockBook(request.mocks);
    const worker = new MockWorker({
      protocol: engine.workers,
      description: describeWorker(lanes),
      book,
      now: () => clock.now(),
      pathOf: ({ run: id, stepName, item }) => paths.of(id, stepName, item),
    });
    const people = new MockPeople({
      engine,
      book,
      now: () => clock.now(),
      pathOf: ({ run: id, step, item }) => paths.of(id, step, item),
    });
    const { cancel, events: emitted } = request;
    const { endedAt, stuck } = await play({ engine, run, worker, people, clock, cancel, emitted });
    const [failure] = failures;
    if (failure !== undefined) throw failure;
    const { run: record, output } = await engine.getRun(run);
    return {
      outcome: { kind: 'run', status: record.status, output, error: record.error },
      steps: await observeSteps(engine, paths, events),
      hooks: await observeHooks(engine, await allRuns(engine), paths),
      elapsedMs: (record.endedAt ?? endedAt) - request.startsAt,
      unmocked: [...book.unmocked],
      stuck,
    };
  } finally {
    await engine.stop();
    await memory.store.close();
  }
}

async function start(
  engine: Engine,
  { workflow, input }: RehearsalRequest,
): Promise<RunId | Extract<Rehearsed['outcome'], { kind: 'refused' }>> {
  try {
    return (await engine.startRun({ workspace, workflow, input, trigger: { type: 'test' } })).run;
  } catch (error) {
    if (!(error instanceof MillraceError) || error.code === 'internal') throw error;
    return { kind: 'refused', code: error.code, message: error.message };
  }
}

type Play = Readonly<{
  engine: Engine;
  run: RunId;
  worker: MockWorker;
  people: MockPeople;
  clock: VirtualClock;
  cancel: RehearsalRequest['cancel'];
  emitted: RehearsalRequest['events'];
}>;

/** Lets the run go on until it has ended and rests, or until nothing can happen any more. */
async function play({
  engine,
  run,
  worker,
  people,
  clock,
  cancel,
  emitted,
}: Play): Promise<{ endedAt: number; stuck: string | null }> {
  const startsAt = clock.now();
  let coming = emitted.toSorted((left, right) => left.afterMs - right.afterMs);
  let cancelAt = cancel === null ? null : clock.now() + cancel.afterMs;
  let jumps = 0;
  for (let turns = 0; turns < maxTurns; turns += 1) {
    await rest();
    if (await worker.turn()) continue;
    if (await people.turn()) continue;
    if (people.refused !== null) return { endedAt: clock.now(), stuck: people.refused };
    const status = await engine.store.runs.status(run);
    // What hooks called is awaited, too: the test may say what comes of it.
    if (status !== null && isRunEnd(status) && (await hooksEnded(engine, run))) {
      return { endedAt: clock.now(), stuck: null };
    }
    const eventAt = coming[0] === undefined ? null : startsAt + coming[0].afterMs;
    const times = [clock.nextAt(), worker.nextAt(), people.nextAt(), eventAt, cancelAt];
    const next = earliest(times, clock.now() + farMs / 2);
    if (next === null) {
      return { endedAt: clock.now(), stuck: await whyStuck(engine, run) };
    }
    if (next > clock.now()) jumps += 1;
    if (jumps > maxJumps) return { endedAt: clock.now(), stuck: `Virtual time was moved on ${maxJumps} times.` };
    clock.moveTo(next);
    const due = coming.filter(({ afterMs }) => startsAt + afterMs <= clock.now());
    coming = coming.slice(due.length);
    for (const event of due) await emit(engine, event);
    if (cancel !== null && cancelAt !== null && cancelAt <= clock.now()) {
      cancelAt = null;
      await cancelRun(engine, run, cancel);
    }
  }
  return { endedAt: clock.now(), stuck: `It went on for ${maxTurns} turns.` };
}

async function emit(engine: Engine, { type, payload }: RehearsalRequest['events'][number]): Promise<void> {
  await engine.emitEvent({ workspace, type, payload, source: { type: 'test' } });
}

async function whyStuck(engine: Engine, run: RunId): Promise<string> {
  const [asked] = (await engine.listApprovals({}, { limit: 1, after: null })).items;
  if (asked === undefined) return waitsForEvent(engine, run);
  const { step } = asked;
  return `Nothing is left that could happen: step \`${step}\` waits for people. Mock their answer: \`${step}: { approve: true }\`.`;
}

async function waitsForEvent(engine: Engine, run: RunId): Promise<string> {
  const wait = (await engine.explain(run)).answers.find(({ reason }) => reason === 'waiting_for_event');
  if (wait?.reason !== 'waiting_for_event') {
    return 'Nothing is left that could happen: it waits for something from outside.';
  }
  const { step, type } = wait;
  return `Nothing is left that could happen: step \`${step}\` waits for an event \`${type}\`. Give it with \`events\`.`;
}

/** The run may end by itself at the very same moment. */
async function cancelRun(engine: Engine, run: RunId, cancel: NonNullable<RehearsalRequest['cancel']>): Promise<void> {
  try {
    await engine.cancelRun(run, { by: 'test', reason: cancel.reason, force: cancel.force });
  } catch (error) {
    if (!(error instanceof MillraceError) || error.code !== 'run_ended') throw error;
  }
}

function earliest(times: readonly (number | null)[], horizon: number): number | null {
  const found = times.filter((time) => time !== null && time <= horizon) as readonly number[];
  return found.length === 0 ? null : Math.min(...found);
}

const rest = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** It serves every lane that there is. */
function describeWorker(lanes: readonly Lane[]): WorkerDescription {
  return {
    id: workerId('mocks'),
    name: 'mocks',
    labels: [...new Set(lanes.flatMap(({ labels }) => labels))],
    capabilities: [...new Set(lanes.flatMap(capabilitiesOf))],
    queues: ['*'],
    slots,
    version: '0',
    host: 'rehearsal',
    pid: 0,
  };
}
