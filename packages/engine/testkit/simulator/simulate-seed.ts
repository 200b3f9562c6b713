// One simulation: the real engine on several servers, one memory store, virtual time; all luck comes from the seed.
//
//   setup (no faults) ─▶ faults: users act, calls are lost, servers and workers die ─▶ healing: everything must end
//
// Between two events all promises come to rest: one turn of `setImmediate` runs every microtask there is, and nothing else
// of the process can get in between, since all timers are virtual.
import { type Definitions, type PreparedPlan, preparePlan, type WorkerDescription } from '@millrace/core';
import { createMemoryStore } from '../../src/memory/index.ts';
import type { RevisionTrigger } from '../../src/ports/workspace-store.ts';
import { compileAll, revisionEntries } from '../../src/workspaces/publish-workspace.ts';
import { Audit } from './audit.ts';
import type { Breakage } from './breakages.ts';
import { type Counts, newCounts } from './counts.ts';
import { randomDefinitions, triggerTypes } from './random-workflows.ts';
import { type Scenario, scenarioOf } from './scenario.ts';
import { SimEmitters } from './sim-emitters.ts';
import { SimPeople } from './sim-people.ts';
import { SimServer } from './sim-server.ts';
import { SimUsers } from './sim-users.ts';
import { SimWorker } from './sim-worker.ts';
import { Trace } from './trace.ts';
import { Violation } from './violation.ts';
import { installVirtualTime, VirtualTime } from './virtual-time.ts';
import { note, randomOf, startOfTime, type World } from './world.ts';

export type SimulationOptions = Readonly<{
  overrides?: Partial<Scenario>;
  breakage?: Breakage | null;
  print?: (line: string) => void;
}>;

export type SimulationResult = Readonly<{
  seed: number;
  scenario: Scenario;
  /** null: every promise held. */
  violation: Readonly<{ invariant: string; message: string }> | null;
  traceHash: number;
  tail: readonly string[];
  counts: Counts;
  virtualMs: number;
}>;

/** Longer than every timer of the engine and of the workflows: within this something must have happened. */
const patienceMs = 180_000;
const longestMs = 60 * 60_000;
const mostEvents = 400_000;

export async function simulateSeed(seed: number, options: SimulationOptions = {}): Promise<SimulationResult> {
  const scenario = scenarioOf(seed, options.overrides);
  const time = new VirtualTime(startOfTime);
  const restore = installVirtualTime(time);
  const trace = new Trace(options.print ?? null);
  const counts = newCounts();
  let failure: Violation | null = null;
  const fail = (error: unknown) => {
    failure ??= error instanceof Violation ? error : new Violation('no_surprises', describe(error));
  };
  try {
    const simulation = await Simulation.create({
      seed,
      scenario,
      time,
      trace,
      counts,
      fail,
      breakage: options.breakage ?? null,
    });
    while (failure === null && !simulation.isOver()) {
      if (!time.step()) throw new Violation('something_moves', 'No event is left.');
      counts.events += 1;
      if (counts.events > mostEvents) throw new Violation('everything_ends', `More than ${mostEvents} events.`);
      await new Promise(setImmediate);
    }
    if (failure === null) simulation.checkEnd();
  } catch (error) {
    fail(error);
  } finally {
    restore();
  }
  const found = failure as Violation | null;
  const violation = found === null ? null : { invariant: found.invariant, message: found.message };
  const virtualMs = time.now - startOfTime;
  return { seed, scenario, violation, traceHash: trace.hash, tail: trace.tail(120), counts, virtualMs };
}

class Simulation {
  readonly #world: World;
  readonly #servers: readonly SimServer[];
  readonly #workers = new Set<SimWorker>();
  readonly #users: SimUsers;
  readonly #emitters: SimEmitters;
  readonly #store: ReturnType<typeof createMemoryStore>;
  #nextWorker = 1;
  #healedAt = Number.POSITIVE_INFINITY;
  #quietSince: number | null = null;

  static async create(given: Omit<World, 'audit' | 'weather'>): Promise<Simulation> {
    const store = createMemoryStore({ now: () => given.time.now });
    const definitions = randomDefinitions(given.seed, given.scenario);
    const compiled = compileAll(definitions, 'test');
    const broken = given.breakage === 'dependency_forgotten' ? compiled.plans.map(forgetful) : compiled.plans;
    const all = [...broken, ...compiled.actions];
    // Whatever plan the engine is given, the audit knows the real one.
    const real = [...compiled.plans, ...compiled.actions];
    const plans = new Map<string, PreparedPlan>(all.map(({ hash }, at) => [hash, real[at] as PreparedPlan]));
    await store.store.plans.put(all.map(({ hash, plan, lanes }) => ({ hash, plan, lanes })));
    const workflows = revisionEntries({ ...compiled, plans: broken });
    await store.store.workspaces.publish(
      { workspace: 'test', revision: 'r1', workflows, triggers: triggersOf(definitions.triggers), files: null },
      { type: 'simulated' },
      [],
    );
    const audit = new Audit(store.store, plans, given.counts, () => given.time.now);
    return new Simulation({ ...given, audit, weather: { faults: true, outage: false } }, store);
  }

  private constructor(world: World, memory: ReturnType<typeof createMemoryStore>) {
    this.#world = world;
    this.#store = memory;
    const { scenario } = world;
    this.#servers = Array.from(
      { length: scenario.servers },
      (_, at) => new SimServer({ world, store: memory.store, queries: memory.queries, index: at + 1 }),
    );
    for (const server of this.#servers) server.start();
    for (let at = 0; at < scenario.workers; at += 1) this.#addWorker(at === 0);
    this.#users = new SimUsers(world, this.#servers);
    new SimPeople(world, this.#servers);
    this.#emitters = new SimEmitters(world, this.#servers);
    this.#planFaults();
    world.time.after(scenario.faultsMs, () => this.#heal());
  }

  #addWorker(whole: boolean): void {
    const { scenario } = this.#world;
    const name = `w${this.#nextWorker}`;
    this.#nextWorker += 1;
    const random = randomOf(this.#world, `kind of ${name}`);
    const everything = whole || random.chance(600);
    const description: Pick<WorkerDescription, 'slots' | 'labels' | 'queues' | 'capabilities'> = {
      slots: random.int(1, scenario.slots),
      labels: everything || random.chance(500) ? ['gpu'] : [],
      queues: everything ? ['*'] : random.pick([['default'], ['slow', 'default']]),
      capabilities: everything
        ? ['shell', 'function', 'shared_folder', 'local']
        : random.pick([['shell'], ['function'], ['shell', 'function'], ['shell', 'shared_folder'], ['shell', 'local']]),
    };
    note(this.#world, `${name} starts with ${description.slots} slots`);
    const worker: SimWorker = new SimWorker(this.#world, this.#servers, name, description, () => {
      this.#workers.delete(worker);
      this.#world.time.after(random.int(0, 3_000), () => this.#addWorker(whole));
    });
    this.#workers.add(worker);
  }

  #planFaults(): void {
    const { scenario, time, weather, counts } = this.#world;
    const plan = (label: string, count: number, act: (random: ReturnType<typeof randomOf>) => void) => {
      for (let at = 0; at < count; at += 1) {
        const random = randomOf(this.#world, `${label} ${at}`);
        time.after(random.int(0, scenario.faultsMs), () => weather.faults && act(random));
      }
    };
    plan('server crash', scenario.serverCrashes, (random) => random.pick(this.#servers).light(random.int(1, 25)));
    plan('server stop', scenario.serverStops, (random) => random.pick(this.#servers).stop(random.int(0, 2_000)));
    const onWorker =
      (act: (worker: SimWorker, random: ReturnType<typeof randomOf>) => void) =>
      (random: ReturnType<typeof randomOf>) => {
        const workers = [...this.#workers];
        if (workers.length > 0) act(random.pick(workers), random);
      };
    plan(
      'worker crash',
      scenario.workerCrashes,
      onWorker((worker) => worker.crash()),
    );
    plan(
      'worker stop',
      scenario.workerStops,
      onWorker((worker) => worker.stop()),
    );
    plan(
      'silence',
      scenario.silences,
      onWorker((worker, random) => worker.pause(random.int(500, scenario.leaseMs * 2))),
    );
    plan('outage', scenario.outages, (random) => {
      counts.outages += 1;
      weather.outage = true;
      note(this.#world, 'the store is away');
      time.after(random.int(100, 6_000), () => {
        weather.outage = false;
        note(this.#world, 'the store is back');
      });
    });
  }

  #heal(): void {
    const { weather, time } = this.#world;
    weather.faults = false;
    weather.outage = false;
    this.#healedAt = time.now;
    note(this.#world, 'no more faults');
    for (const server of this.#servers) server.heal();
    for (const worker of this.#workers) worker.heal();
    this.#users.heal();
  }

  /** Whether everything has ended and is cleared away. Throws when it takes too long. */
  isOver(): boolean {
    const { time, audit } = this.#world;
    if (time.now < this.#healedAt) return false;
    const rest = this.#rest();
    if (rest === null) return true;
    this.#quietSince ??= time.now;
    const since = time.now - Math.max(audit.lastCommitAt, this.#quietSince);
    if (since > patienceMs) throw new Violation('everything_ends', `Nothing happened for ${since} ms, and ${rest}.`);
    const whole = time.now - this.#healedAt;
    if (whole > longestMs) throw new Violation('everything_ends', `After ${whole} ms without faults ${rest}.`);
    return false;
  }

  /** What is still to be done; null: nothing. */
  #rest(): string | null {
    const { audit } = this.#world;
    if (audit.open.size > 0) return `runs ${[...audit.open].join(', ')} have not ended`;
    if (audit.outbox.size > 0) return `the outbox holds ${[...audit.outbox.keys()].join(', ')}`;
    if (this.#users.trying > 0) return `${this.#users.trying} starts are not answered`;
    if (this.#emitters.trying > 0) return `${this.#emitters.trying} events are not answered`;
    if (audit.events.undelivered > 0) return `${audit.events.undelivered} events are not delivered`;
    if (this.#users.waiting > 0) return `${this.#users.waiting} users wait for runs that have ended`;
    for (const { engine, name } of this.#servers) {
      if (engine === null) return `server ${name} is not up`;
      const { heldAttempts, backlog } = engine.stats();
      if (backlog > 0) return `server ${name} has ${backlog} commands in its backlog`;
      if (heldAttempts > 0) return `server ${name} believes that its workers hold ${heldAttempts} attempts`;
    }
    for (const worker of this.#workers) {
      if (!worker.holdsNothing) return `worker ${worker.description.id} still holds attempts`;
    }
    return null;
  }

  checkEnd(): void {
    const { audit } = this.#world;
    audit.checkLateChildren(this.#healedAt);
    audit.checkEvents(triggerTypes);
    audit.checkHooks();
    audit.slots.checkEnd();
    for (const { run, work, waits } of audit.runs.values()) {
      if (work.length + waits.length > 0) throw new Violation('ended_runs_are_empty', `Run ${run.id} keeps rows.`);
    }
    this.#world.counts.staleResults += this.#servers.reduce(
      (sum, { engine }) => sum + (engine?.stats().staleReports ?? 0),
      0,
    );
    void this.#store;
  }
}

/** The same, but that the last step which depends on others depends on nothing. */
function forgetful({ plan }: PreparedPlan): PreparedPlan {
  const last = plan.steps.findLast(({ dependsOn }) => dependsOn.length > 0);
  return preparePlan({ ...plan, steps: plan.steps.map((step) => (step === last ? { ...step, dependsOn: [] } : step)) });
}

function triggersOf(triggers: Definitions['triggers']): readonly RevisionTrigger[] {
  return Object.values(triggers).map((trigger) => {
    const { name, type, workflow, enabled } = trigger;
    return { name, type, workflow, enabled, definition: trigger as unknown as RevisionTrigger['definition'] };
  });
}

function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
