// Watches every commit on its way into the store, and knows from outside what the store should hold.
import {
  type ApprovalAnswer,
  type AttemptRef,
  type EndedAttempt,
  isRunEnd,
  type LoadedRun,
  type OutboxMessage,
  type PreparedPlan,
  type RunId,
  type WorkerId,
} from '@millrace/core';
import type { AnswerOutcome } from '../../src/approvals/answer-approval.ts';
import type { CommitOutcome, OutboxKey, RunCommit, Store } from '../../src/ports/index.ts';
import { ApprovalChecks } from './approval-checks.ts';
import { CacheChecks } from './cache-checks.ts';
import { checkExplained } from './check-explained.ts';
import { checkKept, checkNewRerun, checkNotReused, checkTakenAtStart } from './check-rerun.ts';
import { countCommit } from './count-commit.ts';
import type { Counts } from './counts.ts';
import { EventChecks } from './event-checks.ts';
import { lostCallMs } from './faulty-store.ts';
import { HookChecks } from './hook-checks.ts';
import { LocalRunChecks } from './local-run-checks.ts';
import { attemptText, checkCommit, checkRows, controlOf } from './run-checks.ts';
import { SlotAudit } from './slot-audit.ts';
import { Violation } from './violation.ts';

const outboxText = (key: OutboxKey): string => `${key.run}/${key.version}/${key.ordinal}`;
const refText = (ref: AttemptRef): string => `${ref.run}:${attemptText(ref)}`;

export class Audit {
  /** Every run as it was after its last commit. */
  readonly runs = new Map<RunId, LoadedRun>();
  readonly outbox = new Map<string, Readonly<{ run: RunId; message: OutboxMessage }>>();
  /** Runs that have not ended. */
  readonly open = new Set<RunId>();
  readonly slots: SlotAudit;
  readonly localRuns = new LocalRunChecks();
  lastCommitAt = 0;
  readonly #cache: CacheChecks;
  readonly #store: Store;
  readonly #plans: ReadonlyMap<string, PreparedPlan>;
  readonly #counts: Counts;
  readonly #startKeys = new Map<string, RunId>();
  readonly #children = new Map<string, RunId>();
  /** Outputs that workers gave, by attempt. */
  readonly #outputs = new Map<string, Readonly<{ worker: WorkerId; token: number }>[]>();
  /** Who began the body of an attempt. */
  readonly #bodies = new Map<string, WorkerId>();
  /** Children that were created after their parent stopped waiting for them, and when. */
  readonly #late = new Map<RunId, number>();
  readonly events: EventChecks;
  readonly #approvals = new ApprovalChecks();
  readonly #hooks = new HookChecks();
  readonly #now: () => number;

  constructor(store: Store, plans: ReadonlyMap<string, PreparedPlan>, counts: Counts, now: () => number) {
    this.#store = store;
    this.#plans = plans;
    this.#counts = counts;
    this.#now = now;
    this.#cache = new CacheChecks(now);
    this.events = new EventChecks(now);
    this.slots = new SlotAudit(counts, now);
  }

  /** After each commit of the store. `batch` is what was asked for, before any breakage. */
  async committed(batch: readonly RunCommit[], { committed }: CommitOutcome): Promise<void> {
    this.#counts.commits += 1;
    this.#counts.conflicts += batch.length - committed.size;
    const commits = batch.filter(({ id }) => committed.has(id));
    for (const { id, changes, expectedVersion, delivered } of commits) {
      if (changes.slots !== null) this.slots.committed(id, changes.slots);
      for (const key of delivered) this.removed(key);
      this.#cache.put(changes.cached);
      changes.outbox.forEach((message, ordinal) => {
        this.outbox.set(outboxText({ run: id, version: expectedVersion + 1, ordinal }), { run: id, message });
        this.#cache.asked(id, message);
      });
    }
    const loaded = await this.#store.runs.load(commits.map(({ id }) => id));
    const rows = new Map(loaded.map((run) => [run.run.id, run]));
    for (const commit of commits) {
      const after = rows.get(commit.id);
      if (after === undefined) throw new Violation('commit_is_kept', `Run ${commit.id} is not in the store.`);
      this.#check(commit, after);
    }
    // A parent's commit may stand before its child's in the same batch.
    for (const after of loaded) this.#checkChildWaits(after);
    for (const after of loaded) this.#checkChildTurns(after);
    if (commits.length > 0) this.lastCommitAt = this.#now();
  }

  #check(commit: RunCommit, after: LoadedRun): void {
    const before = this.runs.get(commit.id) ?? null;
    const plan = this.#plans.get(after.run.plan);
    if (plan === undefined) throw new Violation('commit_is_kept', `Run ${commit.id} has an unknown plan.`);
    checkCommit(commit, before, after);
    this.localRuns.committed(commit, before, after);
    checkRows(plan, after);
    this.slots.check(plan, after);
    checkExplained(plan, after, this.#now());
    this.#approvals.checkOpen(after);
    this.events.committed(plan, after);
    this.runs.set(commit.id, after);
    if (before === null) this.#created(plan, after);
    else checkTakenAtStart(commit.id, before, after);
    this.#checkKept(plan, before, after);
    this.#hooks.committed(plan, after);
    this.#checkNewAttempts(plan, commit, after);
    if (isRunEnd(after.run.status)) this.open.delete(commit.id);
    else this.open.add(commit.id);
    countCommit(this.#counts, plan, commit, before, after);
  }

  #created(plan: PreparedPlan, loaded: LoadedRun): void {
    const { run } = loaded;
    this.#hooks.created(loaded);
    this.#checkRerun(plan, loaded);
    const order = orderOf(run);
    if (order !== null) {
      const other = this.#startKeys.get(order);
      if (other !== undefined)
        throw new Violation('start_key_once', `Start key ${order} has runs ${other} and ${run.id}.`);
      this.#startKeys.set(order, run.id);
    }
    const { parent } = run;
    if (parent === null) return;
    const key = refText(parent);
    const other = this.#children.get(key);
    if (other !== undefined) {
      throw new Violation('child_once', `Attempt ${key} has the child runs ${other} and ${run.id}.`);
    }
    this.#children.set(key, run.id);
    if (!this.#waitsFor(parent)) this.#late.set(run.id, this.#now());
  }

  #checkRerun(plan: PreparedPlan, loaded: LoadedRun): void {
    const { rerunOf } = loaded.run;
    if (rerunOf === null) return;
    this.#counts.reruns += 1;
    this.#counts.resultsReused += checkNewRerun(plan, loaded, this.runs.get(rerunOf.run));
  }

  /** A re-run takes over with its begin. */
  #checkKept(plan: PreparedPlan, before: LoadedRun | null, after: LoadedRun): void {
    const { rerunOf, startedAt } = after.run;
    if (rerunOf === null || startedAt === null || (before !== null && before.run.startedAt !== null)) return;
    const source = this.runs.get(rerunOf.run);
    if (source !== undefined) checkKept(plan, after, source);
  }

  /** Whether the parent's attempt waits for its child, and nobody has asked it to stop. */
  #waitsFor(parent: AttemptRef): boolean {
    const loaded = this.runs.get(parent.run);
    if (loaded === undefined || controlOf(loaded.run).cancel !== undefined) return false;
    const { waits } = loaded;
    const stopped = waits.some(
      (wait) => wait.step === parent.step && wait.iteration === parent.iteration && wait.kind === 'cancel_grace',
    );
    return !stopped && waits.some((wait) => wait.kind === 'child' && attemptText(wait) === attemptText(parent));
  }

  #checkNewAttempts(plan: PreparedPlan, { id, changes }: RunCommit, after: LoadedRun): void {
    const kept = new Map(after.attempts.map((row) => [attemptText(row), row]));
    for (const { step, item, iteration, attempt } of changes.attempts) {
      const row = kept.get(attemptText({ step, item, iteration, attempt }));
      if (row === undefined) continue;
      const action = plan.plan.steps[row.step]?.action;
      if (action === undefined || row.attempt === 0) continue;
      if (row.reason === 'cached') {
        this.#cache.checkHit({ run: id, ...keyOf(row) }, row);
        continue;
      }
      if (action.body.type === 'approval') {
        this.#approvals.checkEnd(id, row, action.body.quorum ?? 1);
      } else if (action.body.type === 'workflow') {
        if (action.body.wait) this.#checkChildResult({ run: id, ...keyOf(row) }, row);
      } else if (action.body.type !== 'wait' && action.body.type !== 'emit' && row.status === 'succeeded') {
        this.#checkOutput({ run: id, ...keyOf(row) }, row);
      }
    }
  }

  /** What a step gave is what a worker gave for just this attempt. */
  #checkOutput(ref: AttemptRef, row: EndedAttempt): void {
    const token = row.output === null ? null : (JSON.parse(row.output) as { token?: number }).token;
    const given = this.#outputs.get(refText(ref)) ?? [];
    if (given.some((output) => output.token === token && output.worker === row.worker)) return;
    const message = `The output ${row.output} of attempt ${refText(ref)} is not one that worker ${row.worker} gave for it.`;
    throw new Violation('real_results', message);
  }

  #checkChildResult(ref: AttemptRef, row: EndedAttempt): void {
    const child = this.#children.get(refText(ref));
    const known = child === undefined ? undefined : this.runs.get(child);
    if (row.status === 'succeeded') {
      if (known?.run.status === 'succeeded' && known.run.output === row.output) return;
      const message = `Attempt ${refText(ref)} succeeded; its child ${child} is ${known?.run.status}.`;
      throw new Violation('real_results', message);
    }
    const told = row.error?.code === 'child_failed' || row.error?.code === 'child_cancelled';
    if (!told || row.reason !== null) return;
    const { run, status } = row.error?.details ?? {};
    if (run === undefined || (run === child && known?.run.status === status)) return;
    const message = `Attempt ${refText(ref)} was told that child ${run} ended as ${status}; it is ${known?.run.status}.`;
    throw new Violation('real_results', message);
  }

  /** A wait for a child is moved by the child, or by a message that is still to be delivered. */
  #checkChildWaits({ run, waits }: LoadedRun): void {
    for (const wait of waits) {
      if (wait.kind !== 'child') continue;
      const ref = { run: run.id, ...keyOf(wait) };
      const child = this.#children.get(refText(ref));
      if (child !== undefined && this.open.has(child)) continue;
      if (this.#messagesOf(ref)) continue;
      throw new Violation(
        'something_moves',
        `Attempt ${refText(ref)} waits for a child that nothing will start or end.`,
      );
    }
  }

  #messagesOf(ref: AttemptRef): boolean {
    for (const { run, message } of this.outbox.values()) {
      if (message.kind === 'start_child' && run === ref.run && attemptText(message.from) === attemptText(ref))
        return true;
      if (message.kind === 'child_ended' && refText(message.parent) === refText(ref)) return true;
    }
    return false;
  }

  /** A child has heard of its parent's last turn, or a message is still to tell it. */
  #checkChildTurns({ run, waits }: LoadedRun): void {
    const { cancel, pauses } = controlOf(run);
    if (cancel !== undefined || pauses === undefined || isRunEnd(run.status)) return;
    for (const wait of waits) {
      if (wait.kind !== 'child') continue;
      const ref = { run: run.id, ...keyOf(wait) };
      const child = this.#children.get(refText(ref));
      if (child === undefined || !this.open.has(child) || !this.#waitsFor(ref)) continue;
      const heard = controlOf(this.runs.get(child)?.run ?? { control: null }).pauses?.parentTurn ?? 0;
      if (heard === pauses.turn || this.#tellsChild(ref)) continue;
      const message = `Run ${child} heard of turn ${heard} of its parent ${run.id}, which is at ${pauses.turn}.`;
      throw new Violation('children_pause_with_parents', message);
    }
  }

  #tellsChild(parent: AttemptRef): boolean {
    for (const { run, message } of this.outbox.values()) {
      if (run !== parent.run) continue;
      if (message.kind === 'pause_children') return true;
      if (message.kind === 'start_child' && attemptText(message.from) === attemptText(parent)) return true;
    }
    return false;
  }

  /** After a message was taken from the outbox, by itself or with the commit that acts on it. */
  removed(key: OutboxKey): void {
    if (this.outbox.delete(outboxText(key))) this.#counts.messagesDelivered += 1;
  }

  /** A worker begins an attempt's body. Whoever repeats it later does so as another attempt, which outside effects can tell. */
  begun(ref: AttemptRef, worker: WorkerId): void {
    const other = this.#bodies.get(refText(ref));
    this.#bodies.set(refText(ref), worker);
    if (other === undefined) return;
    throw new Violation(
      'one_body_each_attempt',
      `Worker ${worker} begins attempt ${refText(ref)}, which ${other} has begun.`,
    );
  }

  /** The messages of a run may all be gone now: what they were to tell must be told. */
  checkTold(run: RunId): void {
    const loaded = this.runs.get(run);
    if (loaded !== undefined) this.#checkChildTurns(loaded);
  }

  /** A worker gives a result. */
  gave(ref: AttemptRef, worker: WorkerId, token: number): void {
    checkNotReused(this.runs.get(ref.run), ref);
    const known = this.#outputs.get(refText(ref));
    if (known === undefined) this.#outputs.set(refText(ref), [{ worker, token }]);
    else known.push({ worker, token });
  }

  /** A server told a worker that its result is dealt with: the attempt has ended, or is another worker's. */
  async confirmed(ref: AttemptRef, worker: WorkerId): Promise<void> {
    const [loaded] = await this.#store.runs.load([ref.run]);
    const work = loaded?.work.find((row) => attemptText(row) === attemptText(ref));
    if (work === undefined) {
      const ended = ref.step === -1 || loaded?.attempts.some((row) => attemptText(row) === attemptText(ref));
      if (ended === true) return;
      throw new Violation(
        'confirmed_is_committed',
        `The confirmed attempt ${refText(ref)} has neither work nor an end.`,
      );
    }
    if (work.worker !== null && work.worker !== worker) return;
    const message = `A result of attempt ${refText(ref)} was confirmed to ${worker}, and the attempt is still under way.`;
    throw new Violation('confirmed_is_committed', message);
  }

  /** Somebody answers an approval; whether it arrives is another matter. */
  said(run: RunId, answer: Pick<ApprovalAnswer, 'by' | 'decision'>): void {
    this.#approvals.said(run, answer);
  }

  /** A server told somebody that their answer counts. */
  async answered(run: RunId, outcome: AnswerOutcome, by: string): Promise<void> {
    const [loaded] = await this.#store.runs.load([run]);
    if (loaded === undefined) throw new Violation('answers_are_kept', `The answered run ${run} does not exist.`);
    this.#approvals.checkAcknowledged(loaded, outcome, by);
  }

  /** When everything has ended. */
  checkEvents(triggers: Readonly<Record<string, string>>): void {
    this.events.checkEmitted(this.runs.values(), this.#plans);
    this.events.checkTriggered(this.runs.values(), triggers);
  }

  stepName(run: RunId, step: number): string {
    const plan = this.#plans.get(this.runs.get(run)?.run.plan ?? '');
    return plan?.plan.steps[step]?.name ?? String(step);
  }

  /** A server told a worker that so many entries of its record are committed. */
  async recorded(ref: AttemptRef, applied: number): Promise<void> {
    const loaded = this.runs.get(ref.run);
    if (loaded === undefined || isRunEnd(loaded.run.status)) return;
    const attempt = loaded.work.find(({ step }) => step === -1)?.attempt ?? 0;
    const known = controlOf(loaded.run).local?.applied ?? 0;
    if (attempt > ref.attempt || (attempt === ref.attempt && known >= applied)) return;
    const message = `Run ${ref.run}: ${applied} entries were confirmed, and ${known} are committed.`;
    throw new Violation('confirmed_is_committed', message);
  }

  /** A server told a user that the run exists. */
  acknowledged(run: RunId, order: string | null): void {
    const known = this.runs.get(run);
    if (known === undefined) throw new Violation('starts_are_kept', `The acknowledged run ${run} does not exist.`);
    if (order === null || this.#startKeys.get(order) === run) return;
    throw new Violation(
      'start_key_once',
      `Start key ${order} gave run ${run}, and ${this.#startKeys.get(order)} has it.`,
    );
  }

  /**
   * A run that was started for a parent that no longer waited is told to stop, or was over soon. During the faults the message
   * that would have it stopped may have been taken by a server that died, or stored by one that did not hear of it; then it comes
   * back after its hiding time. A start that waited behind a call that was lost then comes up to that call's time later.
   */
  checkLateChildren(faultsEndedAt: number): void {
    const calmAt = faultsEndedAt + lostCallMs + 100;
    for (const [id, at] of this.#late) {
      const run = this.runs.get(id)?.run;
      if (run === undefined || controlOf(run).cancel !== undefined) continue;
      const until = (run.endedAt ?? this.#now()) - Math.max(at, faultsEndedAt);
      if (until <= (at > calmAt ? 500 : 45_000)) continue;
      const message = `Run ${id} was started for a parent that had stopped, and went on for ${until} ms.`;
      throw new Violation('children_stop_with_parents', message);
    }
  }

  /** When everything has ended. */
  checkHooks(): void {
    const { called, refused } = this.#hooks.atEnd(this.runs.values());
    this.#counts.hooksCalled += called;
    this.#counts.hooksRefused += refused;
  }
}

/** The key that its user gave: that of a start stands in the trigger as well, which a re-run has from its run before. */
function orderOf({ trigger, rerunOf, parent, startKey }: LoadedRun['run']): string | null {
  if (rerunOf !== null) return parent === null ? startKey : null;
  return trigger.order === undefined ? null : String(trigger.order);
}

const keyOf = ({ step, item, iteration, attempt }: EndedAttempt | LoadedRun['waits'][number]) => ({
  step,
  item,
  iteration,
  attempt,
});
