// The one way into a run's state: decide, then commit.
//
//   send(command) ─▶ mailbox of the run ─▶ [ writer: decide on all mailboxes ─▶ one commit ─▶ settle ] ─▶ effects
//                        ▲                            │ not in memory: load in batches   │ lost the race
//                        └────────────────────────────┴──────────────────────────────────┘ drop the copy, again
//
// Group commit: commands that arrive while a commit is in flight wait in their run's mailbox and are decided on together
// for the next one. Idle: the latency of a single commit. Busy: hundreds of runs, and hundreds of commands of one run, in
// one commit. No timers. When many runs wait, they are shared between two commits that follow each other without a gap: while the
// store works on one, this process decides on the other. Few runs are not worth that: they share the next commit.
//
// Invariants: a run is in at most one commit in flight, and nothing is decided on it meanwhile; its copy is changed only by
// decisions that go into that commit; a copy whose commit did not succeed is dropped. A rejection counts only when it was decided on a copy whose load began
// after the command arrived, since another server may have moved the run on; and when the commit that it shares succeeded.
//
// Failure: a commit that throws may have happened. All its commands settle as failed, all copies are dropped, and whoever
// sent the commands sends them again (workers repeat results, the loops take timers and messages again); what was applied
// already is then rejected as stale. Workers that would have got work with it are compared with the store.
import type { Command, Instant, OutboxMessage, PreparedPlan, RunId, RunOrigin } from '@millrace/core';
import { isRunEnd } from '@millrace/core';
import { attemptRef } from '../dispatch/attempt-ref.ts';
import type { Dispatcher } from '../dispatch/dispatcher.ts';
import type { Granter } from '../limits/granter.ts';
import type { PlanCache } from '../plans/plan-cache.ts';
import type { Clock } from '../ports/clock.ts';
import type { CommitOutcome, OutboxKey } from '../ports/run-store.ts';
import type { Store } from '../ports/store.ts';
import type { EngineSettings } from '../settings.ts';
import { type Aggregate, newAggregate, type Question, type Settled } from './aggregate.ts';
import { type Decided, decideAll, entriesOf, settleRefused } from './decide-batch.ts';
import { writeHint } from './hint.ts';
import { hintOf } from './hint-of.ts';
import { RunLoader } from './run-loader.ts';

/** A message that a commit put into the outbox, with the run that sent it. */
export type Posted = Readonly<{ key: OutboxKey; message: OutboxMessage; origin: RunOrigin }>;

export type RunDriverOptions = Readonly<{
  name: string;
  store: Store;
  clock: Clock;
  settings: EngineSettings;
  plans: PlanCache;
  dispatcher: Dispatcher;
  /** What follows a commit: timers, messages, events, waiting callers. Must not throw or wait. */
  afterCommit(decided: Decided, version: number, now: Instant): void;
  granter: Granter;
  onError(error: unknown, where: string): void;
}>;

/** A batch also ends when it holds this many rows, so that one huge fan-out does not delay everybody. */
const maxRows = 20_000;
/** One that the store works on, and one that stands behind it. */
const mostCommits = 2;

export class RunDriver {
  readonly counts = { commits: 0, runs: 0, conflicts: 0, failures: 0, seconds: 0 };
  readonly #options: RunDriverOptions;
  readonly #aggregates = new Map<RunId, Aggregate>();
  readonly #dirty = new Set<Aggregate>();
  readonly #loader: RunLoader;
  #waiting = 0;
  #scheduled = false;
  #commitsInFlight = 0;
  #idle: (() => void)[] = [];

  constructor(options: RunDriverOptions) {
    this.#options = options;
    this.#loader = new RunLoader({
      store: options.store,
      plans: options.plans,
      loaded: (aggregate, ended) => {
        if (aggregate.mailbox.length > 0) this.#dirty.add(aggregate);
        else if (ended) this.#forget(aggregate);
      },
      notFound: (aggregate) => this.#notFound(aggregate),
      failed: (aggregate, error) => this.#giveUp(aggregate, { kind: 'failed', error }),
      batchDone: () => this.#write(),
      idle: () => {
        if (this.#isIdle()) this.#tellIdle();
      },
      onError: options.onError,
    });
  }

  get cachedRuns(): number {
    return this.#aggregates.size;
  }

  /** Commands that are not settled yet. */
  get backlog(): number {
    return this.#waiting;
  }

  /** Creates a run. `exists` when its id or start key is taken. */
  create(
    plan: PreparedPlan,
    origin: RunOrigin,
    creation: NonNullable<Aggregate['creation']>,
    delivered: OutboxKey | null,
  ): Promise<Settled> {
    const aggregate = newAggregate(origin.id);
    aggregate.plan = plan;
    aggregate.origin = origin;
    aggregate.creation = creation;
    this.#aggregates.set(origin.id, aggregate);
    return new Promise((settle) => this.#post(aggregate, null, delivered, settle));
  }

  send(run: RunId, command: Command, delivered: OutboxKey | null = null): Promise<Settled> {
    return new Promise((settle) => this.post(run, command, delivered, settle));
  }

  /** Deletes a message of the run if the answer is yes, at a version that the commit confirms. Rejected: the answer is no. */
  confirm(run: RunId, question: Question, message: OutboxKey): Promise<Settled> {
    return new Promise((settle) => this.#post(this.#aggregate(run), question, message, settle));
  }

  /** As `send`, for callers that have many: no promise for each. */
  post(run: RunId, command: Command, delivered: OutboxKey | null, settle: (settled: Settled) => void): void {
    this.#post(this.#aggregate(run), command, delivered, settle);
  }

  #aggregate(run: RunId): Aggregate {
    const known = this.#aggregates.get(run);
    if (known !== undefined) return known;
    const aggregate = newAggregate(run);
    this.#aggregates.set(run, aggregate);
    return aggregate;
  }

  /** Loads runs ahead of the commands that will come for them (claimed work), so that these need not wait. */
  prefetch(runs: readonly RunId[]): void {
    for (const run of runs) if (!this.#aggregates.has(run)) this.#loader.want(this.#aggregate(run));
    this.#loader.load();
  }

  /** Resolves when nothing is in flight. */
  async drain(): Promise<void> {
    if (this.#isIdle()) return;
    await new Promise<void>((resolve) => this.#idle.push(resolve));
  }

  #post(
    aggregate: Aggregate,
    command: Command | Question | null,
    delivered: OutboxKey | null,
    settle: (settled: Settled) => void,
  ) {
    this.#waiting += 1;
    aggregate.mailbox.push({
      command,
      delivered,
      loadedFor: false,
      settle: (settled) => {
        this.#waiting -= 1;
        settle(settled);
      },
    });
    // While it is in a commit, it waits for the end of that.
    if (aggregate.committing) return;
    this.#dirty.add(aggregate);
    this.#write();
  }

  #isIdle(): boolean {
    return !this.#scheduled && this.#commitsInFlight === 0 && !this.#loader.isLoading;
  }

  #write(): void {
    if (this.#scheduled || !this.#mayCommit()) return;
    this.#scheduled = true;
    // The rest of this turn may bring more commands; they share the commit.
    queueMicrotask(() => {
      this.#scheduled = false;
      while (this.#mayCommit()) {
        const batch = this.#takeBatch(this.#share());
        if (batch.length > 0) void this.#commit(batch);
      }
      if (this.#isIdle()) this.#tellIdle();
    });
  }

  #mayCommit(): boolean {
    if (this.#dirty.size === 0) return false;
    if (this.#commitsInFlight === 0) return true;
    return this.#commitsInFlight < mostCommits && this.#dirty.size >= this.#options.settings.overlapFrom;
  }

  /** How many of the runs that wait go into the next commit: of many, half, so that the rest makes one that follows at once. */
  #share(): number {
    const { maxBatch, overlapFrom } = this.#options.settings;
    const waiting = this.#dirty.size;
    const most = this.#commitsInFlight === 0 && waiting >= 2 * overlapFrom ? Math.ceil(waiting / 2) : waiting;
    return Math.min(most, maxBatch);
  }

  #takeBatch(most: number): readonly Decided[] {
    const { clock, dispatcher } = this.#options;
    const now = clock.now();
    const batch: Decided[] = [];
    let rows = 0;
    for (const aggregate of this.#dirty) {
      if (batch.length >= most || rows >= maxRows) break;
      this.#dirty.delete(aggregate);
      if (aggregate.mailbox.length === 0 || aggregate.loading) continue;
      if (aggregate.state === null && aggregate.creation === null) {
        this.#loader.want(aggregate);
        continue;
      }
      const decided = this.#decide(aggregate, dispatcher, now);
      if (decided !== null) {
        batch.push(decided);
        const { changes } = decided.commit;
        // Nobody took it: what is decided on from now on must not overtake it.
        for (const { worker, lane } of changes.work) if (worker === null) dispatcher.lanes.workArrived(lane);
        rows += 1 + changes.attempts.length + changes.work.length + changes.workDone.length + changes.waits.length;
      } else if (aggregate.outdated) {
        this.#reload(aggregate);
      }
    }
    this.#loader.load();
    return batch;
  }

  /** A decision that throws is a bug. It must not stop the other runs: its commands fail, loudly, and the copy is dropped. */
  #decide(aggregate: Aggregate, dispatcher: Dispatcher, now: Instant): Decided | null {
    const entries = aggregate.mailbox;
    try {
      return decideAll(aggregate, dispatcher, now);
    } catch (error) {
      this.#options.onError(error, `decision on run ${aggregate.id}`);
      this.#forget(aggregate);
      aggregate.mailbox = [];
      for (const entry of entries) entry.settle({ kind: 'failed', error });
      return null;
    }
  }

  async #commit(batch: readonly Decided[]): Promise<void> {
    const { store, settings, granter, onError } = this.#options;
    const began = performance.now();
    this.#commitsInFlight += 1;
    for (const { aggregate } of batch) aggregate.committing = true;
    let outcome: CommitOutcome | Readonly<{ failure: unknown }>;
    try {
      outcome = await store.runs.commit(
        batch.map((decided) => decided.commit),
        writeHint(hintOf(this.#options.name, batch)),
      );
      this.counts.commits += 1;
    } catch (failure) {
      this.counts.failures += 1;
      onError(failure, 'commit');
      outcome = { failure };
    }
    this.counts.seconds += (performance.now() - began) / 1000;
    this.#commitsInFlight -= 1;
    for (const decided of batch) {
      decided.aggregate.committing = false;
      if ('failure' in outcome) this.#failed(decided, outcome.failure);
      else if (outcome.committed.has(decided.commit.id)) this.#won(decided, outcome.now);
      else this.#lost(decided);
    }
    if (!('failure' in outcome) && outcome.freed.length > 0) granter.touch(outcome.freed);
    this.#keepWithin(settings.cachedRuns);
    this.#write();
    if (this.#isIdle()) this.#tellIdle();
  }

  #won(decided: Decided, now: Instant): void {
    const { aggregate, commit, entries, refused, leases } = decided;
    const { dispatcher, onError } = this.#options;
    this.counts.runs += 1;
    aggregate.version = commit.expectedVersion + 1;
    aggregate.creation = null;
    const status = aggregate.state?.head.status ?? 'queued';
    let unleased = leases.length < commit.changes.work.length;
    // Again: a claim that was made before the commit found nothing.
    for (const { worker, lane } of commit.changes.work) if (worker === null) dispatcher.lanes.workArrived(lane);
    try {
      this.#options.afterCommit(decided, aggregate.version, now);
    } catch (error) {
      onError(error, 'after commit');
    }
    for (const entry of entries) entry.settle({ kind: 'applied', status });
    settleRefused(refused);
    if (aggregate.outdated) {
      this.#reload(aggregate);
    } else if (aggregate.mailbox.length > 0) {
      this.#touched(aggregate);
      this.#dirty.add(aggregate);
    } else if (isRunEnd(status)) {
      this.#forget(aggregate);
    } else {
      this.#touched(aggregate);
    }
    if (commit.changes.workDone.length > 0) unleased = true;
    if (unleased) dispatcher.claimSoon();
  }

  #lost(decided: Decided): void {
    const { aggregate } = decided;
    const entries = entriesOf(decided);
    this.counts.conflicts += 1;
    this.#release(decided, false);
    if (aggregate.creation !== null) {
      this.#forget(aggregate);
      for (const entry of [...entries, ...aggregate.mailbox]) entry.settle({ kind: 'exists' });
      return;
    }
    aggregate.mailbox = [...entries, ...aggregate.mailbox];
    this.#reload(aggregate);
  }

  /** Drops the copy; its commands wait for a fresh one. */
  #reload(aggregate: Aggregate): void {
    aggregate.state = null;
    aggregate.outdated = false;
    this.#dirty.delete(aggregate);
    this.#loader.want(aggregate);
    this.#loader.load();
  }

  #failed(decided: Decided, error: unknown): void {
    const { aggregate } = decided;
    this.#release(decided, true);
    aggregate.mailbox = [...entriesOf(decided), ...aggregate.mailbox];
    this.#giveUp(aggregate, { kind: 'failed', error });
  }

  #release(decided: Decided, unknown: boolean): void {
    for (const { worker, work } of decided.leases) {
      worker.release(attemptRef(decided.commit.id, work));
      if (unknown) worker.suspect = true;
    }
  }

  /** Commands that came while the load was under way may mean a run that was created meanwhile: they ask again. */
  #notFound(aggregate: Aggregate): void {
    const late = aggregate.mailbox.filter(({ loadedFor }) => !loadedFor);
    aggregate.mailbox = aggregate.mailbox.filter(({ loadedFor }) => loadedFor);
    this.#giveUp(aggregate, { kind: 'not_found' });
    if (late.length === 0) return;
    const fresh = this.#aggregate(aggregate.id);
    fresh.mailbox.push(...late);
    this.#loader.want(fresh);
  }

  #giveUp(aggregate: Aggregate, settled: Settled): void {
    const entries = aggregate.mailbox;
    aggregate.mailbox = [];
    this.#dirty.delete(aggregate);
    this.#forget(aggregate);
    for (const entry of entries) entry.settle(settled);
  }

  #forget(aggregate: Aggregate): void {
    aggregate.state = null;
    if (this.#aggregates.get(aggregate.id) === aggregate) this.#aggregates.delete(aggregate.id);
  }

  #touched(aggregate: Aggregate): void {
    this.#aggregates.delete(aggregate.id);
    this.#aggregates.set(aggregate.id, aggregate);
  }

  /** Keeps the runs that were used last; those with commands waiting, or in a commit, always stay. */
  #keepWithin(limit: number): void {
    if (this.#aggregates.size <= limit) return;
    for (const aggregate of this.#aggregates.values()) {
      if (aggregate.mailbox.length > 0 || aggregate.committing || aggregate.state === null) continue;
      this.#forget(aggregate);
      if (this.#aggregates.size <= limit) return;
    }
  }

  #tellIdle(): void {
    const waiting = this.#idle;
    this.#idle = [];
    for (const resolve of waiting) resolve();
  }
}
