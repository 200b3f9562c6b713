import type { PreparedPlan } from '../plan/prepared-plan.ts';
import type { LocalRunAssignment } from '../protocol/worker-protocol.ts';
import type { AttemptResult, Rejection } from '../run/command.ts';
import { LocalRunRecord } from '../run/local/local-run-record.ts';
import { noteLease } from '../run/note-lease.ts';
import type { AttemptKey } from '../run/records.ts';
import { workerId } from '../values/ids.ts';
import type { Json, JsonObject } from '../values/json.ts';
import { planOf, type WorkflowText } from './build-plan.ts';
import { keyOfWork, RunDriver } from './run-driver.ts';

/** A local run as both sides see it: the server's copy with its rows, and the record of the worker that has it. */
export class LocalDriver {
  readonly plan: PreparedPlan;
  readonly server: RunDriver;
  /** null: no worker has the run. */
  record: LocalRunRecord | null = null;
  key: AttemptKey = { step: -1, item: -1, iteration: 0, attempt: 0 };
  worker = workerId('w0');
  /** What the worker executes, by step name. */
  running: Readonly<{ name: string; key: AttemptKey }>[] = [];
  #leases = 0;

  constructor(text: WorkflowText, input: JsonObject = {}) {
    this.plan = planOf({ mode: 'local', ...text });
    this.server = new RunDriver(this.plan, input);
  }

  get now(): number {
    return this.server.now;
  }

  /** The work of the run itself. */
  get ownWork() {
    return [...this.server.store.work.values()].find(({ step }) => step === -1);
  }

  /** The slots for which the run is queued. */
  get asksForSlots() {
    return [...this.server.store.slots.values()].find(({ taken }) => !taken);
  }

  /** A worker takes the run. */
  lease(): this {
    const work = this.ownWork;
    if (work === undefined) throw new Error('The run waits for no worker.');
    this.#leases += 1;
    this.worker = workerId(`w${this.#leases}`);
    this.key = keyOfWork(work);
    this.server.store.lease(work, this.worker, this.now);
    noteLease(this.server.state, work, this.worker, this.now);
    const { state } = this.server;
    const assignment: LocalRunAssignment = {
      run: state.origin.id,
      ...this.key,
      origin: state.origin,
      plan: this.plan.plan,
      input: state.input,
      startedAt: state.head.startedAt,
      first: state.local?.first ?? 0,
      now: this.now,
      limits: { outputBytes: 1_000, logBytes: 1_000, graceMs: 1_000 },
    };
    this.record = new LocalRunRecord(assignment, this.worker);
    this.record.begin(this.now);
    this.running = [];
    return this;
  }

  /** The worker begins everything that is ready. */
  begin(): this {
    while (this.beginOne()) {}
    return this;
  }

  beginOne(): boolean {
    const assignment = this.record?.next(this.now) ?? null;
    if (assignment === null) return false;
    this.running.push({ name: assignment.stepName, key: keyOfWork(assignment) });
    return true;
  }

  /** The body of a step that is executed ends. */
  finish(name: string, output: Json = null): this {
    return this.end(name, { status: 'succeeded', output, durationMs: 1 });
  }

  fail(name: string, code = 'exit_code'): this {
    return this.end(name, { status: 'failed', error: { code, message: 'It failed.' }, durationMs: 1 });
  }

  end(name: string, result: AttemptResult): this {
    const index = this.running.findIndex((one) => one.name === name);
    const [found] = index < 0 ? [] : this.running.splice(index, 1);
    if (found === undefined) throw new Error(`${name} is not executed; ${this.running.map((one) => one.name)} are.`);
    this.record?.finished(found.key, result, this.now);
    return this;
  }

  /** The worker reports what is new, or the first so many entries of it. */
  report(most = Number.POSITIVE_INFINITY): Rejection | null {
    const { record, worker, key } = this;
    if (record === null) throw new Error('No worker has the run.');
    const { from, entries: sent } = record.report(most);
    const rejection = this.server.send({ type: 'local_progress', key, worker, from, entries: sent });
    if (rejection === null) record.confirm(from + sent.length);
    return rejection;
  }

  lose(): Rejection | null {
    const { key, worker } = this;
    this.record = null;
    this.running = [];
    return this.server.send({ type: 'worker_lost', key, worker });
  }
}
