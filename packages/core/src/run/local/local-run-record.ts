import { type PreparedPlan, preparePlan } from '../../plan/prepared-plan.ts';
import type { Assignment, LocalRunAssignment } from '../../protocol/worker-protocol.ts';
import type { WorkerId } from '../../values/ids.ts';
import { assignmentOf } from '../assignment.ts';
import type { Changes } from '../changes.ts';
import { runKey } from '../deciding.ts';
import { openTask } from '../find-task.ts';
import type { AttemptKey, EngineWaitDocument, Instant, StepKey, Wait, WaitKind } from '../records.ts';
import { freshSteps } from '../start-run.ts';
import type { RunState } from '../state.ts';
import { isRunEnd } from '../status.ts';
import { decideInside } from './decide-inside.ts';
import type { LocalCommand, LocalEntry } from './local-entry.ts';

type Timer = Readonly<{ key: AttemptKey; kind: WaitKind; dueAt: Instant }>;

/**
 * A worker's side of a local run: what happened goes in as commands, and it tells what is to be executed, when the next timer
 * is due, and what a server is still to be told. It executes nothing and knows no clock.
 */
export class LocalRunRecord {
  readonly #plan: PreparedPlan;
  readonly #limits: Assignment['limits'];
  #state: RunState;
  /** Attempts that wait to be executed, in the order in which they became ready. */
  readonly #ready = new Map<string, Wait>();
  readonly #timers = new Map<string, Timer>();
  /** Entries that no server has confirmed; the first one has the number `#confirmed`. */
  #entries: LocalEntry[] = [];
  #confirmed = 0;
  #lastAt = 0;

  constructor({ plan, origin, input, startedAt, first, attempt, limits }: LocalRunAssignment, worker: WorkerId) {
    this.#limits = limits;
    this.#plan = preparePlan(plan, origin.plan);
    this.#state = {
      origin,
      input,
      head: { status: 'running', startedAt, endedAt: null, control: null, output: null, error: null },
      cancel: null,
      paused: null,
      pauses: null,
      hooks: [],
      queued: null,
      holds: [],
      vars: plan.vars,
      ...freshSteps(this.#plan, first),
      rounds: new Map(),
      failure: null,
      local: { attempt, applied: 0, first, stop: null, worker, leasedAt: null },
    };
    if (plan.timeoutMs === null || startedAt === null) return;
    const key = { ...runKey, attempt: 0 };
    this.#timers.set(keyText(key, 'run_timeout'), { key, kind: 'run_timeout', dueAt: startedAt + plan.timeoutMs });
  }

  get ended(): boolean {
    return isRunEnd(this.#state.head.status);
  }

  /** Whether what ends next may be the run's last step. */
  get nearlyOver(): boolean {
    return this.#state.unsettled <= 1;
  }

  /** How many entries it has, confirmed or not. */
  get length(): number {
    return this.#confirmed + this.#entries.length;
  }

  /** How many entries no server has confirmed. */
  get unconfirmed(): number {
    return this.#entries.length;
  }

  /** What no server has confirmed, or the first so many entries of it. */
  report(most = Number.POSITIVE_INFINITY): Readonly<{ from: number; entries: readonly LocalEntry[] }> {
    return { from: this.#confirmed, entries: this.#entries.slice(0, most) };
  }

  /** A server has committed the first so many entries. */
  confirm(applied: number): void {
    if (applied <= this.#confirmed) return;
    this.#entries = this.#entries.slice(applied - this.#confirmed);
    this.#confirmed = applied;
  }

  begin(at: Instant): void {
    this.#apply({ type: 'begin' }, at);
  }

  /** The next attempt to execute, which counts as begun now; null: none is ready. */
  next(at: Instant): Assignment | null {
    const [wait] = this.#ready.values();
    if (wait === undefined) return null;
    this.#apply({ type: 'attempt_began', key: keyOf(wait) }, at);
    const { work } = JSON.parse(wait.document ?? 'null') as EngineWaitDocument;
    return assignmentOf(this.#plan, this.#state, { ...keyOf(wait), document: JSON.stringify(work) }, this.#limits);
  }

  /** False: it has not been waited for any more; the result changed nothing. */
  finished(
    key: AttemptKey,
    result: Extract<LocalCommand, { type: 'attempt_finished' }>['result'],
    at: Instant,
  ): boolean {
    return this.#apply({ type: 'attempt_finished', key: keyOf(key), result }, at);
  }

  stop(force: boolean, at: Instant): void {
    if (!this.ended) this.#apply({ type: 'stop', force }, at);
  }

  /** When the next timer is due; null: there is none. */
  get nextDueAt(): Instant | null {
    let next: Instant | null = null;
    for (const { dueAt } of this.#timers.values()) if (next === null || dueAt < next) next = dueAt;
    return next;
  }

  /** Fires what is due, the earliest first. */
  fireDue(at: Instant): void {
    for (;;) {
      let due: Timer | null = null;
      for (const timer of this.#timers.values()) {
        if (timer.dueAt <= at && (due === null || timer.dueAt < due.dueAt)) due = timer;
      }
      if (due === null || this.ended) return;
      this.#timers.delete(keyText(due.key, due.kind));
      this.#apply({ type: 'timer_fired', key: due.key, kind: due.kind }, at);
    }
  }

  /** Whether an attempt that is executed is still waited for, and whether it shall stop. */
  standing(key: AttemptKey): 'wanted' | 'stopping' | 'over' {
    const found = this.ended ? null : openTask(this.#state, key);
    if (found === null || found.task.doing !== 'local') return 'over';
    return this.#state.cancel !== null || found.phase.stop !== null ? 'stopping' : 'wanted';
  }

  /** The time never goes back within a record, whatever the clock does. */
  #apply(command: LocalCommand, now: Instant): boolean {
    const at = Math.max(now, this.#lastAt);
    const decided = decideInside(this.#plan, this.#state, { at, command });
    if ('rejection' in decided) return false;
    this.#lastAt = at;
    this.#state = decided.state;
    this.#entries.push({ at, command });
    this.#follow(decided.changes);
    return true;
  }

  #follow({ waits, waitsDone }: Changes): void {
    for (const key of waitsDone) {
      this.#ready.delete(keyText(key, key.kind));
      this.#timers.delete(keyText(key, key.kind));
    }
    for (const wait of waits) {
      const text = keyText(wait, wait.kind);
      this.#ready.delete(text);
      if (wait.dueAt === null) this.#timers.delete(text);
      else this.#timers.set(text, { key: keyOf(wait), kind: wait.kind, dueAt: wait.dueAt });
      if (wait.kind === 'local' && openTask(this.#state, wait)?.task.worker === null) this.#ready.set(text, wait);
    }
  }
}

const keyText = ({ step, item, iteration }: StepKey, kind: WaitKind): string => `${step}.${item}.${iteration}.${kind}`;

const keyOf = ({ step, item, iteration, attempt }: AttemptKey): AttemptKey => ({ step, item, iteration, attempt });
