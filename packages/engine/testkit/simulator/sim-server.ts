import { createEngine } from '../../src/engine.ts';
import type { Engine } from '../../src/engine-types.ts';
import type { Clock, Queries, Store } from '../../src/ports/index.ts';
import { refusingBlobs } from '../refusing-blobs.ts';
import { createFaultyStore, type Life } from './faulty-store.ts';
import { note, randomOf, type World } from './world.ts';

export type SimServerOptions = Readonly<{
  world: World;
  store: Store;
  queries: Queries;
  index: number;
}>;

/** A server process: started, crashed and started again, each time with an engine that knows nothing. */
export class SimServer {
  readonly name: string;
  engine: Engine | null = null;
  /** Told when the process dies, so that open connections break. */
  readonly onDeath = new Set<() => void>();
  readonly #options: SimServerOptions;
  #lives = 0;
  #life: Life | null = null;

  constructor(options: SimServerOptions) {
    this.#options = options;
    this.name = `s${options.index}`;
  }

  /** Starts a new life; one that cannot reach the store ends and is followed by another. */
  start(): void {
    const { world, store, queries } = this.#options;
    const { scenario, time } = world;
    this.#lives += 1;
    const life: Life = { name: `${this.name}#${this.#lives}`, alive: true, fuse: null, crash: () => this.#crash(life) };
    this.#life = life;
    note(world, `${life.name} starts`);
    const random = randomOf(world, `server ${life.name}`);
    const skewMs = random.int(-scenario.skewMs, scenario.skewMs);
    const clock: Clock = {
      now: () => time.now + skewMs,
      after: (ms, callback) => time.after(ms, () => life.alive && callback()),
    };
    const boot = async () => {
      const engine = await createEngine({
        store: createFaultyStore({ world, store, life, random }),
        queries,
        blobs: refusingBlobs,
        clock,
        name: life.name,
        settings: settingsOf(world),
        secrets: [
          { kind: 'file', name: null, place: ({ name }) => name, resolve: async ({ name }) => `value of ${name}` },
        ],
        onError: (error, where) => this.#survived(error, where),
      });
      await engine.start();
      if (life.alive) this.engine = engine;
    };
    boot().catch((error) => {
      note(world, `${life.name} cannot start: ${String(error)}`);
      this.#die(life, 500);
    });
  }

  /** Crashes within the next so many store calls, at a random point of one of them. */
  light(fuse: number): void {
    if (this.#life?.alive === true) this.#life.fuse = fuse;
  }

  /** Stops as an operator stops it, and starts again. */
  stop(restartMs: number): void {
    const { world } = this.#options;
    const { engine } = this;
    const life = this.#life;
    if (engine === null || life === null) return;
    world.counts.serverStops += 1;
    note(world, `${life.name} stops`);
    this.engine = null;
    engine.stop().then(
      () => this.#die(life, restartMs),
      () => this.#die(life, restartMs),
    );
    // An operator who waits too long kills it.
    world.time.after(10_000, () => this.#die(life, restartMs));
  }

  /** Puts what was planned off: from now on it lives. */
  heal(): void {
    if (this.#life !== null) this.#life.fuse = null;
  }

  #crash(life: Life): void {
    if (!life.alive) return;
    const { world } = this.#options;
    world.counts.serverCrashes += 1;
    note(world, `${life.name} crashes`);
    const restartMs = randomOf(world, `restart ${life.name}`).int(50, 5_000);
    this.#die(life, restartMs);
  }

  #die(life: Life, restartMs: number): void {
    if (!life.alive) return;
    life.alive = false;
    if (this.#life === life) this.engine = null;
    for (const tell of [...this.onDeath]) tell();
    this.onDeath.clear();
    this.#options.world.time.after(restartMs, () => this.start());
  }

  /** What the engine survives must be an outage: anything else is a bug that somebody would have to look at. */
  #survived(error: unknown, where: string): void {
    const { world } = this.#options;
    note(world, `${this.name} survives ${where}: ${error instanceof Error ? error.message : String(error)}`);
    const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : null;
    if (code !== 'store_unavailable') world.fail(error);
  }
}

function settingsOf({ scenario }: World) {
  const { leaseMs, pollMs, maxBatch, overlapFrom, cachedRuns, lineAhead } = scenario;
  return {
    leaseMs,
    pollMs,
    reaperMs: pollMs,
    maxBatch,
    overlapFrom,
    cachedRuns,
    maxLineAhead: lineAhead,
    lineAheadMs: lineAhead * 200,
    graceMs: 2_000,
  };
}
