import type { AttemptRef, LoadedRun, RunId, WorkerDescription } from '@millrace/core';
import type { DueWait, RunCommit, Store, StoredMessage } from '../../src/ports/index.ts';
import { change, creation, ended, head, lane, only, wait, work, worker } from '../conformance/samples.ts';
import type { Random } from '../simulator/random.ts';
import { attemptText, type Ledger } from './ledger.ts';

/** What the clients have in common: the runs there are, and what numbers are taken. */
export type Scene = {
  readonly ledger: Ledger;
  readonly runs: RunId[];
  /** New step runs get new numbers, so that no two decisions mean the same row. */
  nextItem: number;
  readonly startKeys: readonly string[];
  readonly now: number;
  readonly moveClock: (ms: number) => Promise<void>;
};

const leaseMs = 500;
const hideMs = 200;
/** Attempts of step 0 are work, of step 1 what a decision notes, of step 2 messages that were acted on. */
const steps = { work: 0, note: 1, message: 2 } as const;

/** One user of a store, with a worker of its own. It does what a server does, at random, and notes everything. */
export class Client {
  readonly #scene: Scene;
  readonly #store: Store;
  readonly #random: Random;
  readonly #worker: WorkerDescription;
  readonly #held: AttemptRef[] = [];
  /** Runs as it saw them last, so that it also decides on what is outdated. */
  readonly #seen = new Map<RunId, number>();

  constructor(scene: Scene, store: Store, random: Random, name: string) {
    this.#scene = scene;
    this.#store = store;
    this.#random = random;
    this.#worker = worker(name);
  }

  async act(): Promise<void> {
    const random = this.#random;
    const acts = [
      [5, () => this.#decide()],
      [2, () => this.#start()],
      [3, () => this.claim(random.int(1, 4))],
      [3, () => this.finish(random.int(1, 3))],
      [1, () => this.#giveBack(random.int(1, 3))],
      [2, () => this.fireDue(random.int(1, 4))],
      [2, () => this.deliverOld(random.int(1, 4))],
      [2, () => this.#lease()],
      [1, () => this.reap(random.int(1, 2))],
      [2, () => this.#load(this.#someRuns(3))],
      [1, () => this.#scene.ledger.moveClock(random.int(1, 250), this.#scene.moveClock)],
    ] as const;
    let left = random.int(
      1,
      acts.reduce((sum, [weight]) => sum + weight, 0),
    );
    for (const [weight, act] of acts) {
      left -= weight;
      if (left <= 0) {
        await act();
        return;
      }
    }
  }

  #someRuns(most: number): readonly RunId[] {
    const { runs } = this.#scene;
    return [...new Set(Array.from({ length: this.#random.int(1, most) }, () => this.#random.pick(runs)))];
  }

  async #load(ids: readonly RunId[]): Promise<readonly LoadedRun[]> {
    const loaded = await this.#scene.ledger.note(
      () => this.#store.runs.load(ids),
      (answer) => ({ kind: 'load', ids, loaded: answer }),
    );
    for (const { run } of loaded) this.#seen.set(run.id, run.version);
    return loaded;
  }

  async #commit(batch: readonly RunCommit[]): Promise<ReadonlySet<RunId>> {
    const { committed } = await this.#scene.ledger.note(
      () => this.#store.runs.commit(batch, null),
      (answer) => batch.map((commit) => ({ kind: 'commit', commit, won: answer.committed.has(commit.id) })),
    );
    for (const { id, expectedVersion } of batch) {
      if (committed.has(id)) this.#seen.set(id, expectedVersion + 1);
      else this.#seen.delete(id);
    }
    return committed;
  }

  /** New work, timers and messages for some runs at once, decided on what it knows, which may be old. */
  async #decide(): Promise<void> {
    const random = this.#random;
    const ids = this.#someRuns(3);
    const unknown = ids.filter((id) => !this.#seen.has(id) || random.chance(500));
    if (unknown.length > 0) await this.#load(unknown);
    await this.#commit(ids.map((id) => change(id, this.#seen.get(id) ?? 1, this.#newRows())));
  }

  #newRows() {
    const random = this.#random;
    const { now } = this.#scene;
    const some = (most: number): readonly number[] => Array.from({ length: random.int(0, most) }, () => this.#item());
    const note = this.#item();
    return {
      head: head({ control: JSON.stringify({ by: this.#worker.id, note }) }),
      attempts: [ended({ step: steps.note, item: note })],
      work: some(3).map((item) => work({ step: steps.work, item, lane, priority: item % 3 })),
      waits: some(2).map((item) => wait({ item, dueAt: now + random.int(0, 3_000) })),
      outbox: some(2).map((item) => ({
        kind: 'cancel_children' as const,
        from: null,
        reason: String(item),
        by: random.pick(this.#scene.runs),
      })),
    };
  }

  #item(): number {
    this.#scene.nextItem += 1;
    return this.#scene.nextItem;
  }

  async #start(): Promise<void> {
    const startKey = this.#random.chance(700) ? this.#random.pick(this.#scene.startKeys) : null;
    await this.begin(this.#newRows(), startKey);
  }

  async begin(rows: Partial<RunCommit['changes']>, startKey: string | null): Promise<void> {
    const id = only(await this.#store.runs.allocateIds(1));
    const won = await this.#commit([creation(id, rows, { startKey })]);
    if (won.has(id)) this.#scene.runs.push(id);
    else await this.#load([id]); // One that lost left nothing behind.
  }

  async claim(limit: number): Promise<number> {
    const { id } = this.#worker;
    const claimed = await this.#scene.ledger.note(
      () => this.#store.work.claim({ worker: id, lanes: [lane], limit }),
      (answer) => ({
        kind: 'claim',
        worker: id,
        refs: answer.map(({ origin, work }) => ({ run: origin.id, ...work })),
      }),
    );
    for (const { origin, work: row } of claimed) this.#held.push({ run: origin.id, ...row });
    return claimed.length;
  }

  /** Ends some of what it holds; what it does not hold any more was taken from it by a reaper. */
  async finish(count: number): Promise<void> {
    for (const ref of this.#held.splice(0, count)) {
      await this.#changeRun(ref.run, ({ work: rows }) => {
        const row = rows.find((one) => attemptText(one) === attemptText(ref));
        if (row === undefined || row.worker !== this.#worker.id) return null;
        return { attempts: [ended(keyOf(ref))], workDone: [keyOf(ref)] };
      });
    }
  }

  /** Loads and commits until it wins; `decide` says what there is to do, null: nothing any more. */
  async #changeRun(
    id: RunId,
    decide: (loaded: LoadedRun) => Partial<RunCommit['changes']> | null,
    delivered: RunCommit['delivered'] = [],
  ): Promise<boolean> {
    for (;;) {
      const [loaded] = await this.#load([id]);
      const changes = loaded === undefined ? null : decide(loaded);
      if (loaded === undefined || changes === null) return false;
      const won = await this.#commit([{ ...change(id, loaded.run.version, changes), delivered }]);
      if (won.has(id)) return true;
    }
  }

  async #giveBack(count: number): Promise<void> {
    const refs = this.#held.splice(0, count);
    if (refs.length === 0) return;
    const { id } = this.#worker;
    await this.#scene.ledger.note(
      () => this.#store.work.giveBack(id, refs),
      () => ({ kind: 'give_back', worker: id, refs }),
    );
  }

  /** Whoever takes a timer clears it with its commit; one that another taker was faster with is gone by then. */
  async fireDue(limit: number): Promise<number> {
    const due = await this.#scene.ledger.note(
      () => this.#store.waits.takeDue({ limit, hideMs }),
      (answer, clock) => ({ kind: 'take_due', waits: answer, clock }),
    );
    for (const taken of due) {
      if (this.#random.chance(150)) continue; // Its server dies; the timer comes back.
      await this.#changeRun(taken.run, ({ waits }) => {
        const there = waits.some((one) => one.kind === taken.kind && attemptText(one) === attemptText(taken));
        return there ? { waitsDone: [waitKey(taken)] } : null;
      });
    }
    return due.length;
  }

  async deliverOld(limit: number): Promise<number> {
    const taken = await this.#scene.ledger.note(
      () => this.#store.outbox.takeOld({ olderThanMs: 0, hideMs, limit }),
      (answer) => ({ kind: 'take_old', messages: answer }),
    );
    for (const message of taken) if (!this.#random.chance(150)) await this.#deliver(message);
    return taken.length;
  }

  /** The receiver remembers what it acted on, as runs do, so that a second delivery changes nothing. */
  async #deliver({ key, message }: StoredMessage): Promise<void> {
    if (message.kind !== 'cancel_children') return;
    const item = Number(message.reason);
    const acted = await this.#changeRun(
      message.by as RunId,
      ({ attempts }) =>
        attempts.some((row) => row.step === steps.message && row.item === item)
          ? null
          : { attempts: [ended({ step: steps.message, item })] },
      [key],
    );
    if (!acted) await this.#store.outbox.remove([key]);
  }

  async #lease(): Promise<void> {
    const { ledger } = this.#scene;
    const { id } = this.#worker;
    const { alive } = await ledger.note(
      () => this.#store.workers.renew([id], leaseMs),
      (answer, clock) => ({ kind: 'renew', worker: id, alive: answer.alive.includes(id), leaseMs, clock }),
    );
    if (alive.includes(id)) return;
    this.#held.length = 0;
    await ledger.note(
      () => this.#store.workers.register(this.#worker, leaseMs),
      (_, clock) => ({ kind: 'register', worker: id, leaseMs, clock }),
    );
  }

  /** Ends what the workers held whose lease is over, queues the next attempts, and forgets the workers. */
  async reap(limit: number): Promise<number> {
    const { ledger } = this.#scene;
    const found = await ledger.note(
      () => this.#store.workers.expired(limit),
      (answer, clock) => ({ kind: 'expired', workers: answer.map((one) => one.worker), clock }),
    );
    for (const { worker: id, held } of found) {
      for (const ref of held) {
        await this.#changeRun(ref.run, ({ work: rows }) => {
          const row = rows.find((one) => attemptText(one) === attemptText(ref));
          if (row === undefined || row.worker !== id) return null;
          const key = keyOf(ref);
          return {
            attempts: [ended({ ...key, status: 'failed', reason: 'worker_lost', final: false })],
            workDone: [key],
            work: [work({ ...key, attempt: key.attempt + 1 })],
          };
        });
      }
      await ledger.note(
        () => this.#store.workers.remove(id, { onlyExpired: true }),
        (removed) => ({ kind: 'remove', worker: id, removed }),
      );
    }
    return found.length;
  }
}

const keyOf = ({ step, item, iteration, attempt }: AttemptRef) => ({ step, item, iteration, attempt });
const waitKey = ({ step, item, iteration, kind }: DueWait) => ({ step, item, iteration, kind });
