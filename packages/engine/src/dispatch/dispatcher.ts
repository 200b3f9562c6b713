// Who gets which work.
//
//   a commit makes work ready ─ lease() ─▶ a worker here has room: inserted as leased, handed over after the commit
//                                       └▶ nobody has room, or older work waits in that lane: inserted as ready
//   ready work ─ claim ─▶ leased in batches to workers here that have room
//
// Work of a paused run is ready only when somebody gave it back; whoever claims it returns it to its run, which holds it.
//
// Order: while a lane may hold older work that nobody had room for, new work is not leased on ready (lanes.ts). Claims are made when room
// appears, when work arrives that nobody took (here, or told by another server's hint), and now and then in any case.
import type { AttemptRef, Lane, WorkerDescription, WorkerId } from '@millrace/core';
import type { Store } from '../ports/store.ts';
import type { ClaimedWork } from '../ports/work-store.ts';
import type { EngineSettings } from '../settings.ts';
import type { AnyAssignment } from './assignment.ts';
import { attemptRef, refKey } from './attempt-ref.ts';
import { ConnectedWorker } from './connected-worker.ts';
import type { HeldWork } from './hold-work.ts';
import { Lanes, serves } from './lanes.ts';

export type DispatcherOptions = Readonly<{
  store: Store;
  settings: EngineSettings;
  /** Completes claimed work to assignments; loads plans (and, ahead of their results, runs) as needed. */
  toAssignments(claimed: readonly ClaimedWork[]): Promise<readonly AnyAssignment[]>;
  /** Lets a paused run hold work that the worker has claimed. */
  hold(worker: WorkerId, claimed: ClaimedWork): Promise<HeldWork>;
  onError(error: unknown, where: string): void;
}>;

export class Dispatcher {
  readonly lanes = new Lanes();
  claims = 0;
  claimedAttempts = 0;
  readonly #options: DispatcherOptions;
  readonly #workers = new Map<WorkerId, ConnectedWorker>();
  readonly #connecting = new Map<WorkerId, Promise<ConnectedWorker>>();
  #claiming: Promise<void> | null = null;
  readonly #claimsFor = new Map<WorkerId, Promise<void>>();
  #claimAgain = false;
  #lookWanted = false;
  #stopped = false;

  constructor(options: DispatcherOptions) {
    this.#options = options;
  }

  workers(): Iterable<ConnectedWorker> {
    return this.#workers.values();
  }

  get workerCount(): number {
    return this.#workers.size;
  }

  find(id: WorkerId): ConnectedWorker | undefined {
    return this.#workers.get(id);
  }

  /** The worker that speaks; at its first call it is registered, and what it holds already is taken over. */
  async connect(description: WorkerDescription): Promise<ConnectedWorker> {
    const known = this.#workers.get(description.id);
    if (known !== undefined) {
      const silent = !known.isPresent();
      known.description = description;
      known.heard = true;
      if (silent) this.claimSoon();
      return known;
    }
    let connecting = this.#connecting.get(description.id);
    if (connecting === undefined) {
      connecting = this.#register(description).finally(() => this.#connecting.delete(description.id));
      this.#connecting.set(description.id, connecting);
    }
    return connecting;
  }

  async #register(description: WorkerDescription): Promise<ConnectedWorker> {
    const { store, settings } = this.#options;
    const { draining } = await store.workers.register(description, settings.leaseMs);
    const worker = new ConnectedWorker(description, settings);
    worker.draining = draining;
    await this.#handOver(worker, await store.work.heldBy(description.id), true);
    this.lanes.add(await store.plans.lanes());
    this.#workers.set(description.id, worker);
    this.suspectAll();
    return worker;
  }

  /** The worker is gone (it stopped, or its lease was taken); what it holds is somebody else's matter. */
  disconnect(id: WorkerId): void {
    const worker = this.#workers.get(id);
    this.#workers.delete(id);
    worker?.wake();
  }

  /** The worker shall get nothing new, or may take work again. */
  setDraining(worker: ConnectedWorker, draining: boolean): void {
    if (worker.draining === draining) return;
    worker.draining = draining;
    if (!draining) this.lookSoon();
  }

  /** A worker here that can take this new work at once, with its room reserved; null: insert it as ready. */
  lease(lane: Lane, ref: AttemptRef): ConnectedWorker | null {
    if (this.#stopped || this.lanes.hasBacklog(lane)) return null;
    let best: ConnectedWorker | null = null;
    let bestRoom = 0;
    for (const worker of this.#workers.values()) {
      const room = worker.isPresent() ? worker.room() : 0;
      if (room > bestRoom && serves(worker.description, lane)) {
        best = worker;
        bestRoom = room;
      }
    }
    if (best === null) this.lanes.noRoom(lane);
    else best.reserve(ref);
    return best;
  }

  /** Tells whoever holds an attempt here to stop it; one that is `lost` is no longer that worker's. */
  cancelHeld(ref: AttemptRef, how: Readonly<{ lost: boolean; force: boolean }>): void {
    for (const worker of this.#workers.values()) {
      if (!worker.holds(ref)) continue;
      worker.cancel(ref, how);
      if (how.lost) worker.release(ref);
    }
  }

  /** Asks the store where ready work stands, should a hint have been lost, and claims. */
  lookSoon(): void {
    this.#lookWanted = true;
    this.claimSoon();
  }

  /** Work may stand anywhere without this server knowing: until it has looked, nothing new overtakes it. */
  suspectAll(): void {
    this.lanes.suspectAll();
    this.lookSoon();
  }

  /** Claims ready work for the workers that have room. Many calls become one. */
  claimSoon(): void {
    if (this.#stopped) return;
    if (this.#claiming !== null) {
      this.#claimAgain = true;
      return;
    }
    this.#claiming = this.#claimUntilDone()
      .catch((error) => {
        this.#claimAgain = false;
        this.#options.onError(error, 'claim');
      })
      .finally(() => {
        this.#claiming = null;
        // Asked for while the last look was ending.
        if (this.#claimAgain) this.claimSoon();
      });
  }

  async #claimUntilDone(): Promise<void> {
    do {
      this.#claimAgain = false;
      if (this.#lookWanted && this.#workers.size > 0) await this.#look();
      for (const worker of [...this.#workers.values()]) {
        const done = this.#claimFor(worker);
        this.#claimsFor.set(worker.description.id, done);
        await done.finally(() => this.#claimsFor.delete(worker.description.id));
      }
    } while (this.#claimAgain && !this.#stopped);
  }

  /** Resolves when no claim for the worker is under way; a stopping worker gets no new one. */
  async claimed(id: WorkerId): Promise<void> {
    await this.#claimsFor.get(id)?.catch(() => undefined); // Whoever made it tells of its failure.
  }

  async #look(): Promise<void> {
    this.#lookWanted = false;
    try {
      const look = this.lanes.look();
      look.found(await this.#options.store.work.readyLanes());
    } catch (error) {
      this.#lookWanted = true;
      throw error;
    }
  }

  async #claimFor(worker: ConnectedWorker): Promise<void> {
    const room = worker.room();
    if (room <= 0 || !worker.isPresent()) return;
    const turn = this.lanes.turnOf(worker.description, room);
    if (turn.lanes.length === 0) return;
    const id = worker.description.id;
    const claimed = await this.#claimWork(worker, turn.lanes, room);
    this.claims += 1;
    this.claimedAttempts += claimed.length;
    const lanes = claimed.map(({ work }) => work.lane);
    turn.served(lanes, claimed.length < room);
    // There is room for more: of what arrived meanwhile, or of shares whose turn it was not.
    if (claimed.length < room && this.lanes.turnOf(worker.description, 1).lanes.length > 0) this.#claimAgain = true;
    if (claimed.length === 0) return;
    if (this.#workers.get(id) !== worker && !worker.stopping) {
      // Gone from here. If it lives it talks to another server, or to this one anew, which may have found this work with it
      // and handed it over: given back now, it would be executed twice. So it stays the worker's, and a comparison with the
      // store (or the reaper) finds it.
      this.#suspect(id);
      return;
    }
    // A comparison with the store may have handed some of it over before the answer came.
    const fresh = claimed.filter(({ origin, work }) => !worker.holds(attemptRef(origin.id, work)));
    // One that drains since gets it all the same: it will go on listening, so a comparison with the store that is under way could
    // hand over to it what is being given back.
    if (worker.stopping) {
      worker.suspect = true;
      await this.#options.store.work.giveBack(
        id,
        fresh.map(({ origin, work }) => attemptRef(origin.id, work)),
      );
      return;
    }
    for (const { origin, work } of fresh) worker.reserve(attemptRef(origin.id, work));
    await this.#handOver(worker, await this.#withoutHeld(worker, fresh), false);
  }

  /** Whoever has this id here now, or is about to, may hold more than is known. */
  #suspect(id: WorkerId): void {
    const present = this.#workers.get(id);
    if (present !== undefined) present.suspect = true;
    const coming = this.#connecting.get(id);
    coming?.then(
      (worker) => {
        worker.suspect = true;
      },
      () => undefined, // It tries again, and is asked about then.
    );
  }

  async #withoutHeld(worker: ConnectedWorker, claimed: readonly ClaimedWork[]): Promise<readonly ClaimedWork[]> {
    if (!claimed.some(({ paused }) => paused)) return claimed;
    const id = worker.description.id;
    const kept: ClaimedWork[] = [];
    for (const each of claimed) {
      const held = each.paused ? await this.#options.hold(id, each) : 'not_held';
      if (held === 'not_held') {
        kept.push(each);
        continue;
      }
      const ref = attemptRef(each.origin.id, each.work);
      if (held === 'held') worker.unreserve(ref);
      else worker.holdLater(ref);
    }
    return kept;
  }

  /** A claim that throws may have leased work all the same: then only the store knows what the worker holds. */
  async #claimWork(worker: ConnectedWorker, lanes: readonly Lane[], limit: number): Promise<readonly ClaimedWork[]> {
    try {
      return await this.#options.store.work.claim({ worker: worker.description.id, lanes, limit });
    } catch (error) {
      worker.suspect = true;
      throw error;
    }
  }

  /** `found`: with the worker in the store, and not claimed just now. */
  async #handOver(worker: ConnectedWorker, claimed: readonly ClaimedWork[], found: boolean): Promise<void> {
    try {
      for (const assignment of await this.#options.toAssignments(claimed)) worker.assign(assignment, found);
    } catch (error) {
      // What stays reserved would look as if it had been handed over.
      for (const { origin, work } of claimed) worker.unreserve(attemptRef(origin.id, work));
      worker.suspect = true;
      throw error;
    }
  }

  /**
   * Makes what this server believes a worker to hold equal to what the store says: hands over what it does not know of (the
   * outcome of a commit was lost), lets a paused run hold what it could not hold before, and takes back what is no longer the
   * worker's (another server withdrew it and the hint was lost).
   */
  async reconcile(worker: ConnectedWorker): Promise<void> {
    const before = worker.told();
    worker.suspect = false;
    const held = await this.#heldBy(worker);
    const keys = new Set(held.map(({ origin, work }) => refKey(attemptRef(origin.id, work))));
    for (const ref of before) {
      if (keys.has(refKey(ref)) || !worker.holds(ref)) continue;
      worker.cancel(ref, { lost: true, force: false });
      worker.release(ref);
    }
    const later = worker.takeHeldLater();
    for (const [key, ref] of later) if (!keys.has(key)) worker.unreserve(ref);
    // Before the paused runs are asked: what they hold is then the worker's no more, though `held` has it.
    const unknown = held.filter(({ origin, work }) => !worker.holds(attemptRef(origin.id, work)));
    await this.#handOver(worker, unknown, true);
    const unheld = held.filter(({ origin, work }) => later.has(refKey(attemptRef(origin.id, work))));
    await this.#handOver(worker, await this.#withoutHeld(worker, unheld), false);
  }

  async #heldBy(worker: ConnectedWorker): Promise<readonly ClaimedWork[]> {
    try {
      return await this.#options.store.work.heldBy(worker.description.id);
    } catch (error) {
      worker.suspect = true;
      throw error;
    }
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#claiming;
    for (const worker of this.#workers.values()) worker.wake();
  }
}
