import type { JsonObject, RunId, WorkerId } from '@millrace/core';
import type { Engine, RerunRequest, StartRunRequest } from '../../src/engine-types.ts';
import type { WorkerSummary } from '../../src/ports/queries.ts';
import { callServer } from './lossy-link.ts';
import type { Random } from './random.ts';
import { randomStartingPoints } from './random-starting-points.ts';
import { controlOf } from './run-checks.ts';
import type { SimServer } from './sim-server.ts';
import { note, randomOf, type World } from './world.ts';

const codeOf = (error: unknown): unknown =>
  typeof error === 'object' && error !== null && 'code' in error ? error.code : null;

const countOf = {
  retry: 'bulkRetries',
  pause: 'bulkPauses',
  resume: 'bulkResumptions',
  cancel: 'bulkCancellations',
} as const;

/** How often, when there are no more faults, somebody looks for runs that are paused. */
const roundMs = 700;

/** People and programs: they start runs (some twice, some again when they heard nothing), cancel, pause, look and wait. */
export class SimUsers {
  /** Starts that are still being tried. */
  trying = 0;
  /** Runs that somebody waits for. */
  waiting = 0;
  readonly #world: World;
  readonly #servers: readonly SimServer[];

  constructor(world: World, servers: readonly SimServer[]) {
    this.#world = world;
    this.#servers = servers;
    const { scenario, time } = world;
    for (let at = 0; at < scenario.runs; at += 1) {
      const random = randomOf(world, `user ${at}`);
      time.after(random.int(0, scenario.faultsMs), () => this.#begin(random, at));
    }
    for (let at = 0; at < scenario.cancels; at += 1) {
      const random = randomOf(world, `canceller ${at}`);
      time.after(random.int(0, scenario.faultsMs), () => this.#cancelSome(random));
    }
    for (let at = 0; at < scenario.pauses; at += 1) {
      const random = randomOf(world, `pauser ${at}`);
      time.after(random.int(0, scenario.faultsMs), () => this.#pauseSome(random));
    }
    for (let at = 0; at < scenario.drains; at += 1) {
      const random = randomOf(world, `drainer ${at}`);
      time.after(random.int(0, scenario.faultsMs), () => this.#drainSome(random));
    }
    for (let at = 0; at < scenario.bulk; at += 1) {
      const random = randomOf(world, `bulk ${at}`);
      time.after(random.int(0, scenario.faultsMs), () => this.#actOnMany(random));
    }
    for (let at = 0; at < scenario.reruns; at += 1) {
      const random = randomOf(world, `retrier ${at}`);
      // Runs that have ended are more by and by; some are run again while all is well.
      time.after(random.int(scenario.faultsMs / 4, scenario.faultsMs * 2), () => this.#rerunSome(random, at));
    }
  }

  #begin(random: Random, at: number): void {
    const { scenario } = this.#world;
    const input: JsonObject = {
      n: random.int(0, 4),
      flag: random.chance(500),
      list: Array.from({ length: random.int(0, 5) }, (_, index) => ({ index })),
    };
    const keyed = random.chance(600);
    const order = keyed ? `order-${at}` : null;
    const request: StartRunRequest = {
      workspace: 'test',
      workflow: `main${random.int(0, scenario.workflows - 1)}`,
      input,
      trigger: { ...(random.chance(500) ? { account: 'ada' } : {}), type: 'api', ...(order === null ? {} : { order }) },
      priority: random.int(-1, 1),
      ...(order === null ? {} : { startKey: order }),
    };
    this.#start(random, request, order, 0);
    if (keyed && random.chance(400)) this.#start(random, request, order, 0);
  }

  /** A start with a key is tried until it is answered; one without is not repeated, since it may have happened. */
  #start(random: Random, request: StartRunRequest, order: string | null, tries: number): void {
    const world = this.#world;
    const server = random.pick(this.#servers);
    this.trying += 1;
    callServer(world, random, server, 5_000, (engine) => engine.startRun(request))
      .then(
        ({ run, created }) => {
          note(world, `user has run ${run}${created ? '' : ' (again)'}`);
          if (!created) world.counts.startKeysReused += 1;
          world.audit.acknowledged(run, order);
          if (random.chance(300)) this.#await(random, run);
          if (random.chance(150)) this.#look(random, run);
        },
        () => {
          if (order === null || tries > 40) return;
          const again = world.breakage === 'start_key_lost' ? withoutKey(request) : request;
          this.trying += 1;
          world.time.after(random.int(10, 2_000), () => {
            this.trying -= 1;
            this.#start(random, again, order, tries + 1);
          });
        },
      )
      .catch(world.fail)
      .finally(() => {
        this.trying -= 1;
      });
  }

  /** Runs any ended run again, also a child run, or one that is a re-run itself. */
  #rerunSome(random: Random, at: number): void {
    const { audit } = this.#world;
    const ended = [...audit.runs.values()].filter(({ run }) => !audit.open.has(run.id));
    if (ended.length === 0) return;
    const loaded = random.pick(ended);
    const request: RerunRequest = {
      from: randomStartingPoints(random, loaded),
      plan: random.pick(['same', 'live']),
      startKey: `again-${at}`,
      ...(random.chance(300) ? { input: { n: random.int(0, 4), flag: random.chance(500) } } : {}),
    };
    if (random.chance(250)) this.#actOnMany(random);
    this.#rerun(random, loaded.run.id, request, 0);
    if (random.chance(400)) this.#rerun(random, loaded.run.id, request, 0);
  }

  /** Retries or cancels whatever matches; nobody else keeps a run from being retried, so each has one re-run in bulk. */
  #actOnMany(random: Random, wanted?: keyof typeof countOf): void {
    const world = this.#world;
    const action = wanted ?? random.pick(['retry', 'retry', 'retry', 'pause', 'resume', 'cancel'] as const);
    const filter = random.chance(500) ? {} : { workflow: 'main0' };
    const common = { filter, by: 'user', reason: null, force: false, plan: 'same', after: null } as const;
    const request = { ...common, action, limit: random.int(1, 3), dryRun: random.chance(100) };
    callServer(world, random, random.pick(this.#servers), 5_000, (engine) => engine.bulkRuns(request))
      .then(
        ({ outcomes }) => {
          // What was paused many at once is resumed many at once, if nobody else does before.
          if (action === 'pause') world.time.after(random.int(0, 1_500), () => this.#actOnMany(random, 'resume'));
          for (const one of outcomes) {
            if (one.outcome !== 'done') continue;
            world.counts[countOf[action]] += 1;
            if (one.rerun !== null) world.audit.acknowledged(one.rerun, `retry:${one.run}`);
          }
        },
        () => {},
      )
      .catch(world.fail);
  }

  #rerun(random: Random, run: RunId, request: RerunRequest, tries: number): void {
    const world = this.#world;
    this.trying += 1;
    callServer(world, random, random.pick(this.#servers), 5_000, (engine) => engine.rerunRun(run, request))
      .then(
        (again) => {
          note(world, `user runs ${run} again as ${again.run}${again.created ? '' : ' (again)'}`);
          world.audit.acknowledged(again.run, request.startKey ?? null);
          if (random.chance(300)) this.#await(random, again.run);
        },
        (error) => {
          // Refused: nothing would run again, or there is no such item.
          if (codeOf(error) === 'invalid_request' || tries > 40) return;
          if (codeOf(error) === 'run_not_ended' || codeOf(error) === 'run_not_found') world.fail(error);
          this.trying += 1;
          world.time.after(random.int(10, 2_000), () => {
            this.trying -= 1;
            this.#rerun(random, run, request, tries + 1);
          });
        },
      )
      .catch(world.fail)
      .finally(() => {
        this.trying -= 1;
      });
  }

  #cancelSome(random: Random): void {
    const world = this.#world;
    const open = [...world.audit.open];
    if (open.length === 0) return;
    const run = random.pick(open);
    const force = random.chance(250);
    const times = random.chance(300) ? 2 : 1;
    for (let time = 0; time < times; time += 1) {
      world.counts[force ? 'forcedCancellations' : 'cancellations'] += 1;
      callServer(world, random, random.pick(this.#servers), 5_000, (engine) =>
        engine.cancelRun(run, { by: 'user', reason: null, force }),
      ).then(
        ({ status }) => note(world, `user cancelled ${run}${force ? ' by force' : ''}: ${status}`),
        (error) => {
          if (codeOf(error) === 'run_not_found') world.fail(new Error(`Run ${run} exists and was not found.`));
        },
      );
    }
  }

  /** Pauses a run, perhaps twice, and perhaps resumes it soon, so that the calls cross each other. */
  #pauseSome(random: Random): void {
    const world = this.#world;
    const open = [...world.audit.open];
    if (open.length === 0) return;
    const parents = open.filter((run) => world.audit.runs.get(run)?.waits.some(({ kind }) => kind === 'child'));
    const ready = open.filter((run) => world.audit.runs.get(run)?.work.some(({ worker }) => worker === null));
    const liked = parents.length > 0 && random.chance(500) ? parents : ready.length > 0 ? ready : open;
    const run = random.pick(random.chance(800) ? liked : open);
    const pause = () => {
      world.counts.pauses += 1;
      this.#turn(random, run, 'paused', (engine) => engine.pauseRun(run, { by: 'user', reason: null }));
    };
    pause();
    if (random.chance(250)) pause();
    if (random.chance(500)) world.time.after(random.int(0, 1_500), () => this.#resume(random, run));
    if (random.chance(200)) world.time.after(random.int(0, 2_000), pause);
  }

  /** Lets a worker get nothing new, and perhaps work again soon, so that the calls cross each other. */
  #drainSome(random: Random): void {
    this.#seeWorkers(random, (workers) => {
      if (workers.length === 0) return;
      const { id } = random.pick(workers).worker;
      this.#setDraining(random, id, true);
      if (random.chance(500)) this.#world.time.after(random.int(0, 2_000), () => this.#setDraining(random, id, false));
    });
  }

  #seeWorkers(random: Random, then: (workers: readonly WorkerSummary[]) => void): void {
    callServer(this.#world, random, random.pick(this.#servers), 5_000, (engine) => engine.queries.listWorkers()).then(
      then,
      () => {},
    );
  }

  #setDraining(random: Random, worker: WorkerId, draining: boolean): void {
    const world = this.#world;
    callServer(world, random, random.pick(this.#servers), 5_000, (engine) => engine.drainWorker(worker, draining)).then(
      () => {
        world.counts[draining ? 'drains' : 'drainsOver'] += 1;
        note(world, `user ${draining ? 'drains' : 'resumes'} worker ${worker}`);
      },
      () => {}, // It is gone, or nobody answered.
    );
  }

  #resume(random: Random, run: RunId): void {
    this.#world.counts.resumptions += 1;
    this.#turn(random, run, 'resumed', (engine) => engine.resumeRun(run, { by: 'user' }));
  }

  #turn(random: Random, run: RunId, what: string, act: (engine: Engine) => Promise<unknown>): void {
    const world = this.#world;
    callServer(world, random, random.pick(this.#servers), 5_000, act).then(
      () => note(world, `user ${what} ${run}`),
      (error) => {
        const code = codeOf(error);
        if (code === 'run_not_found') world.fail(new Error(`Run ${run} exists and was not found.`));
        if (
          code === 'run_paused' ||
          code === 'run_not_paused' ||
          code === 'run_stopping' ||
          code === 'run_not_pausable'
        )
          world.counts.pausesRefused += 1;
      },
    );
  }

  /** From now on somebody resumes whatever a person has paused or drained; what was paused with its parent goes on with that. */
  heal(): void {
    const world = this.#world;
    const random = randomOf(world, 'resumer');
    const round = () => {
      for (const run of world.audit.open) {
        const { paused } = controlOf(world.audit.runs.get(run)?.run ?? { control: null });
        if (paused !== undefined && paused.withParent !== true) this.#resume(random, run);
      }
      this.#seeWorkers(random, (workers) => {
        for (const { worker, drainingSince } of workers)
          if (drainingSince !== null) this.#setDraining(random, worker.id, false);
      });
      world.time.after(roundMs, round);
    };
    round();
  }

  #look(random: Random, run: RunId): void {
    const world = this.#world;
    callServer(world, random, random.pick(this.#servers), 5_000, (engine) => engine.getRun(run)).catch((error) => {
      if (codeOf(error) === 'run_not_found') world.fail(new Error(`Run ${run} exists and was not found.`));
    });
  }

  /** Waits for the end of a run, with another call whenever one is lost. */
  #await(random: Random, run: RunId): void {
    const world = this.#world;
    this.waiting += 1;
    const again = () => {
      callServer(world, random, random.pick(this.#servers), 30_000, (engine) =>
        engine.waitForRun(run, { timeoutMs: 20_000 }),
      ).then(
        (record) => {
          if (record === null) return again();
          if (world.audit.open.has(run)) world.fail(new Error(`Run ${run} is said to have ended, and has not.`));
          this.waiting -= 1;
        },
        () => world.time.after(random.int(50, 1_000), again),
      );
    };
    again();
  }
}

function withoutKey(request: StartRunRequest): StartRunRequest {
  const { startKey: _, ...rest } = request;
  return rest;
}
