import type { PreparedPlan } from '../plan/prepared-plan.ts';
import type { ApprovalAnswer } from '../run/approval.ts';
import { nameOnly, type Standing } from '../run/approvers.ts';
import type { Changes } from '../run/changes.ts';
import type { AttemptResult, Command, Rejection } from '../run/command.ts';
import { decide } from '../run/decide.ts';
import type { Fault } from '../run/fault.ts';
import { noteLease } from '../run/note-lease.ts';
import type { AttemptKey, RunOrigin, Wait, WaitKind, Work, WorkDocument } from '../run/records.ts';
import type { KeptResults } from '../run/rerun/kept-results.ts';
import { startRun } from '../run/start-run.ts';
import type { RunState } from '../run/state.ts';
import { type StepSummary, stepSummaries } from '../run/step-summaries.ts';
import { runId, workerId } from '../values/ids.ts';
import type { Json, JsonObject } from '../values/json.ts';
import { planOf, type WorkflowText } from './build-plan.ts';
import { TinyStore } from './tiny-store.ts';

export const worker = workerId('w1');

export function originOf(plan: PreparedPlan, more: Partial<RunOrigin> = {}): RunOrigin {
  return {
    id: runId('7'),
    workspace: 'test',
    workflow: plan.plan.workflow,
    revision: 'r1',
    plan: plan.hash,
    trigger: { type: 'api' },
    parent: null,
    depth: 0,
    startKey: null,
    tags: [],
    priority: 0,
    rerunOf: null,
    ...more,
  };
}

/** Drives one run through the reducer by the names of its steps, and keeps its rows. */
export class RunDriver {
  readonly plan: PreparedPlan;
  readonly store: TinyStore;
  state: RunState;
  now: number;
  /** What the last command changed. */
  last: Changes;

  constructor(
    plan: PreparedPlan,
    input: JsonObject = {},
    origin: Partial<RunOrigin> = {},
    kept: KeptResults | null = null,
    now = 1_000,
  ) {
    this.plan = plan;
    this.now = now;
    const whole = originOf(plan, origin);
    this.store = new TinyStore(whole, JSON.stringify(input));
    const { state, changes } = startRun(plan, whole, input, this.now, kept);
    this.state = state;
    this.last = changes;
    this.store.apply(changes);
  }

  send(command: Command): Rejection | null {
    const decided = decide(this.plan, this.state, command, this.now);
    if ('rejection' in decided) return decided.rejection;
    this.state = decided.state;
    this.last = decided.changes;
    this.store.apply(decided.changes);
    return null;
  }

  /** The open work of a step, by its name and item. */
  work(step: string, item = -1): Work {
    const found = [...this.store.work.values()].find((row) => row.step === this.#number(step) && row.item === item);
    if (found === undefined) throw new Error(`Step ${step}, item ${item}, has no work.`);
    return found;
  }

  input(step: string, item = -1): JsonObject {
    return (JSON.parse(this.work(step, item).document) as WorkDocument).input;
  }

  lease(step: string, item = -1): void {
    this.leaseKey(this.work(step, item));
  }

  leaseKey(key: AttemptKey): void {
    noteLease(this.state, key, worker, this.now);
    this.store.lease(key, worker, this.now);
  }

  finish(step: string, result: AttemptResult, item = -1): Rejection | null {
    return this.send({ type: 'attempt_finished', key: keyOfWork(this.work(step, item)), worker, result });
  }

  succeed(step: string, output: Json = null, item = -1): Rejection | null {
    return this.finish(step, { status: 'succeeded', output, durationMs: 5 }, item);
  }

  fail(step: string, error: Partial<Fault> = {}, item = -1): Rejection | null {
    const fault = { code: 'exit_code', message: 'It failed.', ...error };
    return this.finish(step, { status: 'failed', error: fault, durationMs: 5 }, item);
  }

  lose(step: string, item = -1): Rejection | null {
    return this.send({ type: 'worker_lost', key: keyOfWork(this.work(step, item)), worker });
  }

  cancel(force = false): Rejection | null {
    return this.send({ type: 'cancel', by: 'ada', reason: null, force });
  }

  pause(reason: string | null = null): Rejection | null {
    return this.send({ type: 'pause', by: 'ada', reason });
  }

  resume(): Rejection | null {
    return this.send({ type: 'resume', by: 'ada' });
  }

  wait(step: string | null, kind: WaitKind, item = -1): Wait {
    const number = step === null ? -1 : this.#number(step);
    const found = [...this.store.waits.values()].find(
      (row) => row.step === number && row.kind === kind && row.item === item,
    );
    if (found === undefined) throw new Error(`Step ${step} has no wait ${kind}.`);
    return found;
  }

  /** Goes on to the time of a wait, and fires it. */
  fire(step: string | null, kind: WaitKind, item = -1): Rejection | null {
    const wait = this.wait(step, kind, item);
    this.now = Math.max(this.now, wait.dueAt ?? this.now);
    return this.send({
      type: 'timer_fired',
      key: keyOfWork(wait),
      kind,
      ...(wait.dueAt === null ? {} : { dueAt: wait.dueAt }),
    });
  }

  /** Answers an open approval. */
  answer(
    step: string,
    by: string,
    more: Partial<ApprovalAnswer> = {},
    item = -1,
    standing: Omit<Standing, 'name'> = nameOnly(by),
  ): Rejection | null {
    const answer = { by, decision: 'approve', values: {}, comment: null, ...more } as const;
    return this.send({ type: 'answer', key: keyOfWork(this.wait(step, 'approval', item)), answer, standing });
  }

  /** Hands a vote over. */
  delegate(step: string, from: string | Standing, to: string): Rejection | null {
    const who = typeof from === 'string' ? nameOnly(from) : from;
    const key = keyOfWork(this.wait(step, 'approval'));
    return this.send({ type: 'delegate', key, from: who, to, comment: null });
  }

  endChild(step: string, status: 'succeeded' | 'failed' | 'cancelled', output: Json = null, item = -1) {
    const error = status === 'succeeded' ? null : { code: 'x', message: 'The child failed.' };
    const key = keyOfWork(this.wait(step, 'child', item));
    return this.send({ type: 'child_ended', key, child: runId('8'), status, output, error });
  }

  get steps(): Readonly<Record<string, StepSummary>> {
    return stepSummaries(this.plan, this.state);
  }

  step(name: string): StepSummary {
    const summary = this.steps[name];
    if (summary === undefined) throw new Error(`There is no step ${name}.`);
    return summary;
  }

  /** `a:succeeded b:skipped(condition_false)` */
  get statuses(): string {
    return Object.entries(this.steps)
      .map(([name, { status, reason }]) => `${name}:${status}${reason === null ? '' : `(${reason})`}`)
      .join(' ');
  }

  get status(): string {
    return this.state.head.status;
  }

  get output(): Json {
    return this.state.head.output === null ? null : (JSON.parse(this.state.head.output) as Json);
  }

  #number(step: string): number {
    const number = this.plan.numberOf(step);
    if (number === null) throw new Error(`The plan has no step ${step}.`);
    return number;
  }
}

export function runOf(text: WorkflowText, input: JsonObject = {}, origin: Partial<RunOrigin> = {}): RunDriver {
  return new RunDriver(planOf(text), input, origin);
}

export const keyOfWork = ({ step, item, iteration, attempt }: AttemptKey): AttemptKey => ({
  step,
  item,
  iteration,
  attempt,
});
