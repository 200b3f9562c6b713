// A local run at a simulated worker: the real record decides, bodies take random time and end in random ways.
import type { Assignment, AttemptResult, LocalRunAssignment, LocalRunReport, WorkerId } from '@millrace/core';
import { LocalRunRecord } from '@millrace/core';
import type { Random } from './random.ts';
import { randomResult } from './random-results.ts';
import type { World } from './world.ts';

export type SimLocalRunHost = Readonly<{
  world: World;
  random: Random;
  worker: WorkerId;
  /** Lets something happen to the worker: never when it is dead, later when it is silent. */
  act(act: () => void): void;
  /** There may be something to report. */
  changed(): void;
}>;

type Running = { readonly assignment: Omit<Assignment, 'limits'>; cancelEnd: () => void; stopping: boolean };

const keyOf = ({ step, item, iteration, attempt }: Omit<Assignment, 'limits'>): string =>
  `${step}.${item}.${iteration}.${attempt}`;

export class SimLocalRun {
  readonly #assignment: LocalRunAssignment;
  readonly #host: SimLocalRunHost;
  readonly #record: LocalRunRecord;
  readonly #running = new Map<string, Running>();
  readonly #atOnce: number;
  #cancelTimer: (() => void) | null = null;
  #begun = false;
  #reporting = false;
  #given = false;

  constructor(assignment: LocalRunAssignment, host: SimLocalRunHost) {
    this.#assignment = assignment;
    this.#host = host;
    this.#record = new LocalRunRecord(assignment, host.worker);
    this.#atOnce = host.random.int(1, 3);
  }

  get isTold(): boolean {
    return this.#record.ended && this.#record.unconfirmed === 0;
  }

  start(): void {
    if (this.#begun || this.#given) return;
    this.#begun = true;
    this.#record.begin(this.#now());
    this.#goOn();
  }

  stop(force: boolean): void {
    if (this.#given) return;
    if (!this.#begun) this.start();
    this.#record.stop(force, this.#now());
    this.#goOn();
  }

  giveUp(): void {
    this.#given = true;
    this.#cancelTimer?.();
    for (const { cancelEnd } of this.#running.values()) cancelEnd();
  }

  get hasReport(): boolean {
    return !this.#reporting && !this.#given && this.#record.unconfirmed > 0;
  }

  takeReport(): LocalRunReport | null {
    if (!this.hasReport) return null;
    this.#reporting = true;
    return this.#report(this.#host.random.chance(300) ? 2 : Number.POSITIVE_INFINITY);
  }

  /** What a worker that has lost the run may say all the same. */
  lateReport(): LocalRunReport {
    return this.#report(Number.POSITIVE_INFINITY);
  }

  reported(applied: number | null): void {
    this.#reporting = false;
    if (applied !== null) this.#record.confirm(applied);
  }

  #report(most: number): LocalRunReport {
    const { run, step, item, iteration, attempt } = this.#assignment;
    return { run, step, item, iteration, attempt, ...this.#record.report(most) };
  }

  /** The worker's clock goes on from what the server said, whenever that was. */
  #now(): number {
    return this.#host.world.time.now;
  }

  #goOn(): void {
    if (this.#given) return;
    const { world, random, act } = this.#host;
    this.#record.fireDue(this.#now());
    for (const running of this.#running.values()) this.#follow(running);
    while (this.#running.size < this.#atOnce) {
      const assignment = this.#record.next(this.#now());
      if (assignment === null) break;
      const running: Running = { assignment, cancelEnd: () => {}, stopping: false };
      this.#running.set(keyOf(assignment), running);
      const { result, durationMs } = randomResult(world, random, assignment);
      this.#endAfter(running, durationMs, result);
    }
    this.#cancelTimer?.();
    const due = this.#record.ended ? null : this.#record.nextDueAt;
    if (due !== null) {
      this.#cancelTimer = world.time.after(Math.max(1, due - this.#now()), () => act(() => this.#goOn()));
    }
    this.#host.changed();
  }

  /** Some bodies hear nothing when they are asked to stop; some take longer than anybody waits for. */
  #follow(running: Running): void {
    const { random } = this.#host;
    const standing = this.#record.standing(running.assignment);
    if (standing === 'over') {
      running.cancelEnd();
      this.#running.delete(keyOf(running.assignment));
      return;
    }
    if (standing === 'wanted' || running.stopping) return;
    running.stopping = true;
    if (!random.chance(800)) return;
    const error = { code: 'cancelled', message: 'It was stopped.' };
    const ms = random.chance(100) ? 40_000 : random.int(0, 1_500);
    this.#endAfter(running, ms, { status: 'cancelled', error, durationMs: 1 });
  }

  #endAfter(running: Running, ms: number, result: AttemptResult): void {
    const { world, act } = this.#host;
    running.cancelEnd();
    running.cancelEnd = world.time.after(ms, () => act(() => this.#end(running, result)));
  }

  #end({ assignment }: Running, result: AttemptResult): void {
    if (this.#given || !this.#running.delete(keyOf(assignment))) return;
    const { world, worker } = this.#host;
    if (result.status === 'succeeded') {
      world.audit.gave(assignment, worker, (result.output as { token: number }).token);
    }
    this.#record.finished(assignment, result, this.#now());
    this.#goOn();
  }
}
