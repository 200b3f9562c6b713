// A worker as the protocol describes it: it keeps what it is given, executes as much as it has slots, repeats results until
// they are confirmed, and stops its attempts when it has heard nothing for the length of its lease.
import type {
  Assignment,
  AttemptRef,
  AttemptResult,
  SyncRequest,
  SyncResponse,
  WorkerDescription,
} from '@millrace/core';
import { workerId } from '@millrace/core';
import { reportTo } from './break-reports.ts';
import { callServer } from './lossy-link.ts';
import type { Random } from './random.ts';
import { randomResult } from './random-results.ts';
import type { SimServer } from './sim-server.ts';
import { note, randomOf, type World } from './world.ts';

type Held = {
  readonly assignment: Assignment;
  state: 'queued' | 'running' | 'reporting';
  /** When it would end by itself; replaced when it is asked to stop. */
  cancelEnd: (() => void) | null;
};
type Outgoing = { readonly ref: AttemptRef; readonly result: AttemptResult; sent: boolean };

const keyOf = (ref: AttemptRef): string => `${ref.run}.${ref.step}.${ref.item}.${ref.iteration}.${ref.attempt}`;
const refOf = ({ run, step, item, iteration, attempt }: AttemptRef): AttemptRef => ({
  run,
  step,
  item,
  iteration,
  attempt,
});

export class SimWorker {
  readonly description: WorkerDescription;
  alive = true;
  readonly #world: World;
  readonly #servers: readonly SimServer[];
  readonly #random: Random;
  readonly #onGone: () => void;
  readonly #held = new Map<string, Held>();
  readonly #outgoing = new Map<string, Outgoing>();
  /** What it had and has no more: it does not take it again. */
  readonly #recent = new Set<string>();
  #returned: AttemptRef[] = [];
  #server: SimServer;
  #sequence = 0;
  #leaseMs: number;
  #lastHeardAt: number;
  #lastSentAt = 0;
  #heard = false;
  #calls = 0;
  #pausedUntil = 0;
  #backoffUntil = 0;
  #stopping = false;

  constructor(
    world: World,
    servers: readonly SimServer[],
    name: string,
    description: Pick<WorkerDescription, 'slots' | 'labels' | 'queues' | 'capabilities'>,
    onGone: () => void,
  ) {
    this.#world = world;
    this.#servers = servers;
    this.#random = randomOf(world, `worker ${name}`);
    this.#onGone = onGone;
    this.#server = this.#random.pick(servers);
    this.#leaseMs = world.scenario.leaseMs;
    this.#lastHeardAt = world.time.now;
    this.description = { id: workerId(name), name, version: '0', host: 'simulated', pid: 1, ...description };
    this.#beat();
    this.#pump();
  }

  get holdsNothing(): boolean {
    return this.#held.size === 0 && this.#outgoing.size === 0;
  }

  /** Ends without a word; whatever it did is forgotten. */
  crash(): void {
    if (!this.alive) return;
    this.alive = false;
    this.#world.counts.workerCrashes += 1;
    note(this.#world, `${this.description.id} crashes`);
    this.#onGone();
  }

  /** Does and says nothing for so long, and goes on as if nothing had been. */
  pause(ms: number): void {
    this.#world.counts.silences += 1;
    note(this.#world, `${this.description.id} is silent for ${ms} ms`);
    this.#pausedUntil = Math.max(this.#pausedUntil, this.#world.time.now + ms);
  }

  /** Takes no more, gives back what it has not begun, ends what runs, says goodbye. */
  stop(): void {
    if (this.#stopping || !this.alive) return;
    this.#world.counts.workerStops += 1;
    note(this.#world, `${this.description.id} stops`);
    this.#stopping = true;
    for (const [key, { assignment, state }] of this.#held) {
      if (state !== 'queued') continue;
      this.#release(key);
      this.#giveBack(assignment);
    }
    this.#call(true);
  }

  heal(): void {
    this.#pausedUntil = Math.min(this.#pausedUntil, this.#world.time.now);
  }

  /** Lets something happen to it: not when it is dead, later when it is silent. */
  #act(act: () => void): void {
    if (!this.alive) return;
    const { time } = this.#world;
    if (time.now < this.#pausedUntil) time.after(this.#pausedUntil - time.now, () => this.#act(act));
    else act();
  }

  #beat(): void {
    this.#world.time.after(this.#leaseMs / 4, () =>
      this.#act(() => {
        if (this.#world.time.now - this.#lastHeardAt > this.#leaseMs) this.#loseAll();
        if (this.#world.time.now - this.#lastSentAt > this.#leaseMs / 3) this.#call(false);
        this.#beat();
      }),
    );
  }

  #pump(): void {
    if (!this.alive || this.#world.time.now < this.#backoffUntil) return;
    const unsent = [...this.#outgoing.values()].some((outgoing) => !outgoing.sent);
    if (unsent || this.#returned.length > 0) this.#call(true);
    else if (this.#calls === 0 && (!this.#stopping || this.holdsNothing)) this.#call(this.#stopping);
  }

  #call(carries: boolean): void {
    const world = this.#world;
    if (this.#random.chance(world.weather.faults ? world.scenario.switches : 0)) this.#switchServer();
    const results = [...this.#outgoing.values()].filter((outgoing) => !outgoing.sent);
    for (const outgoing of results) outgoing.sent = true;
    const returned = this.#returned;
    this.#returned = [];
    const farewell = this.#stopping && this.holdsNothing && returned.length === 0;
    const running = carries && !farewell && this.#random.chance(200) ? null : this.#running();
    const sentAt = world.time.now;
    const waitMs = carries || this.#stopping || !this.#heard ? 0 : Math.floor(this.#leaseMs / 3);
    const request: SyncRequest = {
      worker: this.description,
      results: results.map(({ ref, result }) => ({ ...ref, result })),
      running,
      received: this.#sequence,
      returned,
      freeSlots: this.description.slots,
      stopping: this.#stopping,
      waitMs,
    };
    this.#lastSentAt = sentAt;
    this.#calls += 1;
    callServer(world, this.#random, this.#server, waitMs + 1_500, (engine) => reportTo(world, engine, request))
      .then(
        (response) =>
          this.#act(() => {
            this.#calls -= 1;
            this.#answered(response, sentAt, results, farewell);
          }),
        () =>
          this.#act(() => {
            this.#calls -= 1;
            for (const outgoing of results) outgoing.sent = false;
            this.#returned.push(...returned);
            if (this.#random.chance(500)) this.#switchServer();
            this.#backOff(this.#random.int(20, 600));
          }),
      )
      .catch(world.fail);
  }

  #backOff(ms: number): void {
    this.#backoffUntil = this.#world.time.now + ms;
    this.#world.time.after(ms, () => this.#act(() => this.#pump()));
  }

  #switchServer(): void {
    const next = this.#random.pick(this.#servers);
    if (next !== this.#server) this.#world.counts.serverSwitches += 1;
    this.#server = next;
  }

  #running(): AttemptRef[] {
    return [...this.#held.values()].map(({ assignment }) => refOf(assignment));
  }

  #answered(response: SyncResponse, sentAt: number, results: readonly Outgoing[], farewell: boolean): void {
    if (farewell) {
      note(this.#world, `${this.description.id} is gone`);
      this.alive = false;
      this.#onGone();
      return;
    }
    this.#heard = true;
    this.#sequence = Math.max(this.#sequence, response.sequence);
    this.#lastHeardAt = Math.max(this.#lastHeardAt, sentAt);
    for (const ref of response.confirmed) this.#confirmed(ref);
    for (const outgoing of results) if (this.#outgoing.get(keyOf(outgoing.ref)) === outgoing) outgoing.sent = false;
    for (const assignment of response.assignments) this.#take(assignment);
    for (const { lost, force, ...ref } of response.cancellations) this.#cancel(ref, lost, force);
    this.#begin();
    this.#pump();
  }

  #confirmed(ref: AttemptRef): void {
    const key = keyOf(ref);
    if (!this.#outgoing.delete(key)) return;
    this.#release(key);
    this.#world.audit.confirmed(ref, this.description.id).catch(this.#world.fail);
  }

  #take(assignment: Assignment): void {
    const key = keyOf(assignment);
    if (this.#held.has(key) || this.#recent.has(key)) return;
    if (this.#stopping) {
      this.#giveBack(assignment);
      return;
    }
    note(this.#world, `${this.description.id} takes ${key}`);
    this.#held.set(key, { assignment, state: 'queued', cancelEnd: null });
  }

  #giveBack(assignment: Assignment): void {
    this.#world.counts.givenBack += 1;
    this.#returned.push(refOf(assignment));
  }

  #begin(): void {
    const states = [...this.#held.values()];
    let free = this.description.slots - states.filter(({ state }) => state === 'running').length;
    for (const held of states) {
      if (free <= 0) return;
      if (held.state !== 'queued') continue;
      free -= 1;
      held.state = 'running';
      this.#world.audit.begun(refOf(held.assignment), this.description.id);
      const { result, durationMs } = randomResult(this.#world, this.#random, held.assignment);
      this.#endAfter(held, durationMs, result);
    }
  }

  #endAfter(held: Held, ms: number, result: AttemptResult): void {
    held.cancelEnd?.();
    held.cancelEnd = this.#world.time.after(ms, () => this.#act(() => this.#end(held, result)));
  }

  #end(held: Held, result: AttemptResult): void {
    const ref = refOf(held.assignment);
    const key = keyOf(ref);
    // Lost meanwhile: nobody wants the result. A worker whose connection is slow may say it all the same.
    if (this.#held.get(key) !== held && !this.#random.chance(300)) return;
    held.state = 'reporting';
    if (result.status === 'succeeded') {
      this.#world.audit.gave(ref, this.description.id, (result.output as { token: number }).token);
    }
    if (!this.#outgoing.has(key)) this.#outgoing.set(key, { ref, result, sent: false });
    this.#begin();
    this.#pump();
  }

  #cancel(ref: AttemptRef, lost: boolean, force: boolean): void {
    const key = keyOf(ref);
    const held = this.#held.get(key);
    if (held === undefined || held.state === 'reporting') return;
    if (lost) {
      this.#release(key);
      return;
    }
    const error = { code: 'cancelled', message: 'It was stopped.' };
    const stopped: AttemptResult = { status: 'cancelled', error, durationMs: 1 };
    if (held.state === 'queued') {
      this.#end(held, stopped);
      return;
    }
    // Some steps hear nothing and go on to their end; some take longer than anybody waits for.
    if (force || this.#random.chance(800)) {
      this.#endAfter(held, force ? 0 : this.#random.chance(100) ? 40_000 : this.#random.int(0, 1_500), stopped);
    }
  }

  #loseAll(): void {
    for (const [key, held] of this.#held) if (held.state !== 'reporting') this.#release(key);
  }

  #release(key: string): void {
    note(this.#world, `${this.description.id} lets go of ${key}`);
    if (this.#held.delete(key)) this.#recent.add(key);
  }
}
