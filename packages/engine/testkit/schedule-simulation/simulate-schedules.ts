// Schedules over hours: the real engine on two servers, one memory store, virtual time. Every minute one of the servers is
// killed, whatever it does just then, and starts again some seconds later, knowing nothing. At the end every tick of every
// schedule must have exactly one run.
import { fireTimes, type ScheduleDefinition, ticksBetween } from '@millrace/core';
import { createEngine } from '../../src/engine.ts';
import type { Engine } from '../../src/engine-types.ts';
import { createMemoryStore } from '../../src/memory/index.ts';
import type { StoredSchedule } from '../../src/ports/index.ts';
import { refusingBlobs } from '../refusing-blobs.ts';
import { Random } from '../simulator/random.ts';
import { installVirtualTime, VirtualTime } from '../simulator/virtual-time.ts';
import { createMortalStore, type Mortal } from './mortal-store.ts';
import { randomSchedules } from './random-schedules.ts';

export type ScheduleSimulation = Readonly<{
  seed: number;
  schedules: number;
  hours: number;
  killEveryMs: number;
  /** In so many cases of a thousand a server dies after it started what was due, before it saved that it did. */
  deadlySaves?: number;
  print?: (line: string) => void;
}>;

export type ScheduleSimulationResult = Readonly<{
  ticks: number;
  kills: number;
  /** Runs that were started again after their server had died, and found. */
  repeated: number;
  /** The longest that a run came after its time, jitter counted. */
  latestMs: number;
  /** What is not as it should be; empty: all is well. */
  wrong: readonly string[];
}>;

/** In the middle of the night before clocks change in some zones, and back in others. */
const start = Date.parse('2026-10-24T21:00:00Z');
/** At the end servers live, and what they took from the dead comes back. */
const calmMs = 120_000;

export async function simulateSchedules(simulation: ScheduleSimulation): Promise<ScheduleSimulationResult> {
  const time = new VirtualTime(start);
  const restore = installVirtualTime(time);
  try {
    return await new Simulation(simulation, time).run();
  } finally {
    restore();
  }
}

class Simulation {
  readonly #given: ScheduleSimulation;
  readonly #time: VirtualTime;
  readonly #random: Random;
  readonly #memory: ReturnType<typeof createMemoryStore>;
  readonly #lives: (Mortal | null)[] = [null, null];
  readonly #errors: string[] = [];
  #kills = 0;
  #started = 0;
  #repeated = 0;

  constructor(given: ScheduleSimulation, time: VirtualTime) {
    this.#given = given;
    this.#time = time;
    this.#random = new Random(given.seed, 'kills');
    this.#memory = createMemoryStore({ now: () => time.now });
  }

  async run(): Promise<ScheduleSimulationResult> {
    const { seed, schedules, hours, killEveryMs, print } = this.#given;
    const definitions = randomSchedules(seed, schedules);
    const publisher = await this.#boot({ alive: true }, 'publisher', () => undefined);
    const published = publisher.publishWorkspace({
      workspace: 'test',
      revision: 'r1',
      source: { type: 'simulated' },
      definitions,
      diagnostics: [],
      files: null,
    });
    await this.#until(published);
    const begun = await this.#memory.store.schedules.ofWorkspace('test');
    for (const index of [0, 1]) this.#start(index);
    const end = this.#time.now + hours * 3_600_000;
    this.#planKills(killEveryMs, end - calmMs);
    // The servers ask for their first moments before any time passes.
    await new Promise(setImmediate);
    let told = this.#time.now;
    while (this.#time.now < end && this.#errors.length === 0) {
      if (!this.#time.step()) throw new Error('No event is left.');
      await new Promise(setImmediate);
      if (this.#time.now - told < 1_800_000) continue;
      told = this.#time.now;
      print?.(`${((told - start) / 3_600_000).toFixed(1)} h: ${this.#started} runs, ${this.#kills} kills`);
    }
    return this.#judge(begun);
  }

  #start(index: number): void {
    const life: Mortal = { alive: true };
    this.#lives[index] = life;
    void this.#boot(life, `server${index}`, () => this.#kill(index)).then((engine) => engine.start());
  }

  #kill(index: number): void {
    const life = this.#lives[index];
    if (life?.alive !== true) return;
    life.alive = false;
    this.#kills += 1;
    this.#time.after(this.#random.int(1_000, 30_000), () => this.#start(index));
  }

  #boot(life: Mortal, name: string, die: () => void): Promise<Engine> {
    const { store, queries } = this.#memory;
    const random = new Random(this.#given.seed, `${name} ${this.#kills}`);
    const mortal = createMortalStore(store, life, this.#time, random);
    const findByStartKey: typeof store.runs.findByStartKey = (workspace, key) => {
      this.#repeated += 1;
      return mortal.runs.findByStartKey(workspace, key);
    };
    const commit: typeof store.runs.commit = (batch, hint) => {
      this.#started += batch.filter(({ create }) => create !== null).length;
      return mortal.runs.commit(batch, hint);
    };
    const save: typeof store.schedules.save = (schedules) => {
      if (schedules.length > 0 && random.chance(this.#given.deadlySaves ?? 0)) die();
      return mortal.schedules.save(schedules);
    };
    return createEngine({
      store: {
        ...mortal,
        runs: { ...mortal.runs, findByStartKey, commit },
        schedules: { ...mortal.schedules, save },
      },
      queries,
      blobs: refusingBlobs,
      clock: { now: () => this.#time.now, after: (ms, call) => this.#time.after(ms, () => life.alive && call()) },
      name: `${name}#${this.#kills}`,
      onError: (error) => void this.#errors.push(String(error)),
    });
  }

  /** Each in turn, so that one of them lives. */
  #planKills(everyMs: number, until: number): void {
    const kill = (index: number) => {
      if (this.#time.now >= until) return;
      this.#kill(index);
      this.#time.after(everyMs, () => kill(1 - index));
    };
    this.#time.after(everyMs, () => kill(0));
  }

  /** Lets time pass until something is done. */
  async #until(done: Promise<unknown>): Promise<void> {
    let open = true;
    void done.finally(() => {
      open = false;
    });
    while (open) {
      await new Promise(setImmediate);
      if (open) this.#time.step();
    }
    await done;
  }

  async #judge(begun: readonly StoredSchedule[]): Promise<ScheduleSimulationResult> {
    const wrong = [...this.#errors];
    const runs = new Map<string, number>();
    const { queries } = this.#memory;
    let after: string | null = null;
    let latestMs = 0;
    do {
      const page: Awaited<ReturnType<typeof queries.listRuns>> = await queries.listRuns({}, { limit: 10_000, after });
      for (const run of page.items) {
        const key = `${run.trigger.name} ${run.trigger.scheduled_at}`;
        runs.set(key, (runs.get(key) ?? 0) + 1);
        const jitterMs = begun.find(({ name }) => name === run.trigger.name)?.definition.jitterMs ?? 0;
        latestMs = Math.max(latestMs, run.createdAt - Date.parse(String(run.trigger.scheduled_at)) - jitterMs);
      }
      after = page.next;
    } while (after !== null);
    let ticks = 0;
    for (const schedule of begun) {
      for (const tick of this.#owed(schedule)) {
        const key = `${schedule.name} ${new Date(tick).toISOString()}`;
        const found = runs.get(key) ?? 0;
        if (found !== 1) wrong.push(`${key} has ${found} runs.`);
        ticks += found === 0 ? 0 : 1;
        runs.delete(key);
      }
    }
    // What is left is of the last moments: due already, though nobody asks for it yet.
    for (const [key, count] of runs) {
      const at = Date.parse(key.split(' ')[1] ?? '');
      if (count !== 1 || !(at <= this.#time.now && at > this.#time.now - calmMs * 3))
        wrong.push(`${key} should not be.`);
    }
    return { ticks, kills: this.#kills, repeated: this.#repeated, latestMs, wrong };
  }

  /** Ticks whose time has come, with all of their jitter, a minute before the end. */
  #owed({ definition, decidedUntil }: StoredSchedule): readonly number[] {
    const until = this.#time.now - 60_000 - (definition.jitterMs ?? 0);
    return ticksBetween(fireTimes(definition as ScheduleDefinition), decidedUntil, until, Number.POSITIVE_INFINITY);
  }
}
