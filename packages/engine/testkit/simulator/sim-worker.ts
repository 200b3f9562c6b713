// A worker as the protocol describes it: it keeps what it is given, executes as much as it has slots, repeats results until
// they are confirmed, and stops its attempts when it has heard nothing for the length of its lease.
import type {
  Assignment,
  AttemptRef,
  AttemptResult,
  LocalRunAssignment,
  LocalRunReport,
  SyncRequest,
  SyncResponse,
  WorkerDescription,
} from '@millrace/core';
import { workerId } from '@millrace/core';
import { reportTo } from './break-reports.ts';
import { callServer } from './lossy-link.ts';
import type { Random } from './random.ts';
import { randomResult } from './random-results.ts';
import { SimLocalRun } from './sim-local-run.ts';
import { SimSecrets } from './sim-secrets.ts';
import type { SimServer } from './sim-server.ts';
import { note, randomOf, type World } from './world.ts';

type Held = {
  readonly ref: AttemptRef;
  readonly assignment: Assignment | null;
  /** Of a whole run; null: of an attempt. */
  readonly local: SimLocalRun | null;
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
  readonly #secrets: SimSecrets;
  readonly #held = new Map<string, Held>();
  readonly #outgoing = new Map<string, Outgoing>();
  /** What it had and has no more: it does not take it again. */
  readonly #recent = new Set<string>();
  #returned: AttemptRef[] = [];
  #lateReports: LocalRunReport[] = [];
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
    this.#secrets = new SimSecrets(world, workerId(name));
    this.description = { id: workerId(name), name, version: '0', host: 'simulated', pid: 1, ...description };
    this.#beat();
    this.#pump();
  }

  get holdsNothing(): boolean {
    return this.#held.size + this.#outgoing.size + this.#lateReports.length === 0;
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
    for (const [key, held] of this.#held) {
      if (held.state === 'queued') {
        this.#release(key);
        this.#giveBack(held.ref);
      } else if (held.local !== null && this.#random.chance(500)) {
        this.#world.time.after(this.#random.int(0, 3_000), () => this.#act(() => this.#abandon(held)));
      }
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
    const reports = [...this.#held.values()].some(({ local }) => local?.hasReport === true);
    if (unsent || reports || this.#returned.length + this.#lateReports.length > 0) this.#call(true);
    else if (this.#calls === 0 && (!this.#stopping || this.holdsNothing)) this.#call(this.#stopping);
  }

  #call(carries: boolean): void {
    const world = this.#world;
    if (this.#random.chance(world.weather.faults ? world.scenario.switches : 0)) this.#switchServer();
    const results = [...this.#outgoing.values()].filter((outgoing) => !outgoing.sent);
    for (const outgoing of results) outgoing.sent = true;
    const returned = this.#returned;
    this.#returned = [];
    const reports = carries ? this.#takeReports() : [];
    const farewell = this.#stopping && this.holdsNothing && returned.length + reports.length === 0;
    const running = carries && !farewell && this.#random.chance(200) ? null : this.#running();
    const sentAt = world.time.now;
    const waitMs = carries || this.#stopping || !this.#heard ? 0 : Math.floor(this.#leaseMs / 3);
    const request: SyncRequest = {
      worker: this.description,
      results: results.map(({ ref, result }) => ({ ...ref, result })),
      ...(reports.length === 0 ? {} : { reports }),
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
            this.#reported(reports, response.recorded ?? []);
            this.#answered(response, sentAt, results, farewell);
          }),
        () =>
          this.#act(() => {
            this.#calls -= 1;
            this.#reported(reports, null);
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
    return [...this.#held.values()].map(({ ref }) => ref);
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
    for (const assignment of response.assignments) this.#take(assignment, { assignment, local: null });
    for (const run of response.localRuns ?? []) this.#take(run, { assignment: null, local: this.#localRun(run) });
    for (const { lost, force, ...ref } of response.cancellations) this.#cancel(ref, lost, force);
    this.#begin();
    this.#pump();
  }

  #confirmed(ref: AttemptRef): void {
    const key = keyOf(ref);
    if (!this.#outgoing.delete(key)) return;
    this.#release(key);
    this.#world.audit.confirmed(ref, this.description.id).catch(this.#world.fail);
    this.#secrets.confirmed(key, this.#server);
  }

  #take(assigned: AttemptRef, what: Pick<Held, 'assignment' | 'local'>): void {
    const ref = refOf(assigned);
    const key = keyOf(ref);
    if (this.#held.has(key) || this.#recent.has(key)) return;
    if (this.#stopping) {
      this.#giveBack(ref);
      return;
    }
    note(this.#world, `${this.description.id} takes ${key}`);
    this.#held.set(key, { ref, ...what, state: 'queued', cancelEnd: null });
  }

  #localRun(assignment: LocalRunAssignment): SimLocalRun {
    return new SimLocalRun(assignment, {
      world: this.#world,
      random: this.#random,
      worker: this.description.id,
      act: (act) => this.#act(act),
      changed: () => this.#pump(),
    });
  }

  #takeReports(): LocalRunReport[] {
    const reports = this.#lateReports;
    this.#lateReports = [];
    for (const { local } of this.#held.values()) {
      const report = local?.takeReport() ?? null;
      if (report !== null) reports.push(report);
    }
    this.#world.counts.localReports += reports.length;
    return reports;
  }

  #reported(reports: readonly LocalRunReport[], recorded: NonNullable<SyncResponse['recorded']> | null): void {
    for (const report of reports) {
      const key = keyOf(report);
      const applied = recorded?.find((one) => keyOf(one) === key)?.applied ?? null;
      const local = this.#held.get(key)?.local ?? null;
      if (applied !== null) this.#world.audit.recorded(report, applied).catch(this.#world.fail);
      local?.reported(applied);
      if (local?.isTold === true) this.#release(key);
    }
  }

  /** It stops in the middle of a run, which begins again elsewhere. */
  #abandon(held: Held): void {
    const key = keyOf(held.ref);
    if (this.#held.get(key) !== held || held.local === null || held.local.isTold) return;
    held.local.giveUp();
    const error = { code: 'worker_stopped', message: 'The worker stopped.' };
    this.#outgoing.set(key, { ref: held.ref, result: { status: 'failed', error, durationMs: 1 }, sent: false });
    held.state = 'reporting';
    this.#pump();
  }

  #giveBack(ref: AttemptRef): void {
    this.#world.counts.givenBack += 1;
    this.#returned.push(ref);
  }

  #begin(): void {
    const states = [...this.#held.values()];
    let free = this.description.slots - states.filter(({ state }) => state === 'running').length;
    for (const held of states) {
      if (free <= 0) return;
      if (held.state !== 'queued') continue;
      free -= 1;
      held.state = 'running';
      if (held.assignment === null) {
        held.local?.start();
        continue;
      }
      this.#world.audit.begun(held.ref, this.description.id);
      this.#secrets.begun(held.assignment, keyOf(held.ref), this.#server);
      const { result, durationMs } = randomResult(this.#world, this.#random, held.assignment);
      this.#endAfter(held, durationMs, result);
    }
  }

  #endAfter(held: Held, ms: number, result: AttemptResult): void {
    held.cancelEnd?.();
    held.cancelEnd = this.#world.time.after(ms, () => this.#act(() => this.#end(held, result)));
  }

  #end(held: Held, result: AttemptResult): void {
    const { ref } = held;
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
      this.#lose(key, held);
      return;
    }
    if (held.local !== null && held.state === 'running') {
      if (force || this.#random.chance(800)) held.local.stop(force);
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
    for (const [key, held] of this.#held) if (held.state !== 'reporting') this.#lose(key, held);
  }

  #lose(key: string, { local, state }: Held): void {
    this.#release(key);
    if (local === null) return;
    if (state === 'running' && this.#random.chance(300)) this.#lateReports.push(local.lateReport());
    local.giveUp();
  }

  #release(key: string): void {
    note(this.#world, `${this.description.id} lets go of ${key}`);
    if (this.#held.delete(key)) this.#recent.add(key);
  }
}
