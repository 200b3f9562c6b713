// What a server knows of a worker that talks to it: what it holds, what it still has to be told, how much it can take.
//
// Telling is by numbered answers. Everything that is to be told stays in `#unsaid` until the worker has acknowledged the
// number of an answer that held it; so each answer holds all that is not acknowledged, and a lost answer loses nothing.
import type { Assignment, AttemptRef, LocalRunAssignment, SyncResponse, WorkerDescription } from '@millrace/core';
import type { EngineSettings } from '../settings.ts';
import type { AnyAssignment } from './assignment.ts';
import { refKey } from './attempt-ref.ts';

/**
 * `told`: handed over, so the worker should name it; before that it is only reserved. `found`: the store had it, so another
 * server, or this one before, may have handed it over.
 */
type Held = { readonly ref: AttemptRef; told: boolean; found: boolean; missing: number };
type Cancellation = SyncResponse['cancellations'][number];
type News = { saidIn: number } & (
  | { readonly kind: 'assignment'; readonly assignment: AnyAssignment }
  | { readonly kind: 'cancellation'; readonly cancellation: Cancellation }
);

type Comparison = Readonly<{
  unknown: readonly AttemptRef[];
  missing: readonly AttemptRef[];
  refused: readonly AttemptRef[];
}>;

/** How much the newest measurement counts in the mean duration of attempts. */
const weight = 0.05;

export class ConnectedWorker {
  description: WorkerDescription;
  /** Set while it stops: it gets nothing new. */
  stopping = false;
  /** People want it to get nothing new; what it holds goes on. */
  draining = false;
  /** Whether it was heard of since its lease was last renewed. */
  heard = true;
  /** When the lease loop last found that it talks to this server; null: it has not looked yet. */
  heardAt: number | null = null;
  /** How often in a row the lease loop found it silent. */
  silentTicks = 0;
  /** Some of its leases may be unknown here (a commit whose outcome was lost): compare with the store. */
  suspect = false;
  /** When it was last compared with the store, by the engine's clock. */
  comparedAt = 0;
  /** An answer follows in this turn, and takes along whatever there is to tell. */
  answersNow = false;
  readonly #settings: EngineSettings;
  readonly #held = new Map<string, Held>();
  readonly #unsaid = new Map<string, News>();
  /** Attempts that a paused run is still to hold; it has room for them, and has not heard of them. */
  #heldLater = new Map<string, AttemptRef>();
  /** Attempts that it missed once and was given again. */
  readonly #givenAgain = new Set<string>();
  /** Attempts whose results came: it names them until it hears that they were taken. */
  readonly #reported = new Set<string>();
  #sequence = 0;
  #wake: (() => void) | null = null;
  #newsComes = false;
  #meanMs: number | null = null;

  constructor(description: WorkerDescription, settings: EngineSettings) {
    this.description = description;
    this.#settings = settings;
  }

  get heldCount(): number {
    return this.#held.size;
  }

  /** What it was told to execute and has not reported. */
  told(): readonly AttemptRef[] {
    return [...this.#held.values()].filter((held) => held.told).map((held) => held.ref);
  }

  holds(ref: AttemptRef): boolean {
    return this.#held.has(refKey(ref));
  }

  /** Whether it holds an attempt, or the local run that it is of. */
  holdsPartOf(ref: AttemptRef): boolean {
    if (this.holds(ref)) return true;
    for (const { ref: held } of this.#held.values()) if (held.step === -1 && held.run === ref.run) return true;
    return false;
  }

  /** How many more attempts it may be given now: free slots, and a line ahead for quick work. */
  room(): number {
    if (this.stopping || this.draining) return 0;
    return this.description.slots + this.#lineAhead() - this.#held.size;
  }

  #lineAhead(): number {
    const { lineAheadMs, maxLineAhead } = this.#settings;
    if (this.#meanMs === null || this.#meanMs > lineAheadMs) return 0;
    const line = Math.floor((this.description.slots * lineAheadMs) / Math.max(this.#meanMs, 0.01));
    return Math.min(line, maxLineAhead);
  }

  /** Takes room for an attempt, before the commit that leases it. */
  reserve(ref: AttemptRef): void {
    this.#held.set(refKey(ref), { ref, told: false, found: false, missing: 0 });
  }

  /** The attempt is not, or no longer, this worker's. */
  release(ref: AttemptRef): void {
    const key = refKey(ref);
    this.#held.delete(key);
    this.#unsaid.delete(key);
  }

  /** Gives up room that was taken for an attempt which then could not be handed over. */
  unreserve(ref: AttemptRef): void {
    if (this.#held.get(refKey(ref))?.told === false) this.#held.delete(refKey(ref));
  }

  /** Its run may hold the attempt, or not: the next comparison with the store tries again. */
  holdLater(ref: AttemptRef): void {
    this.#heldLater.set(refKey(ref), ref);
    this.suspect = true;
  }

  /** What is to be tried again; whoever takes it sees to that. */
  takeHeldLater(): ReadonlyMap<string, AttemptRef> {
    const later = this.#heldLater;
    this.#heldLater = new Map();
    return later;
  }

  finished(ref: AttemptRef, durationMs: number): void {
    const key = refKey(ref);
    this.#held.delete(key);
    this.#unsaid.delete(key);
    this.#givenAgain.delete(key);
    this.#reported.add(key);
    this.#meanMs = this.#meanMs === null ? durationMs : this.#meanMs + weight * (durationMs - this.#meanMs);
  }

  /** `found`: not leased just now, but found with it in the store. */
  assign(assignment: AnyAssignment, found = false): void {
    const key = refKey(assignment);
    this.#held.set(key, { ref: assignment, told: true, found, missing: 0 });
    this.#unsaid.set(key, { kind: 'assignment', assignment, saidIn: 0 });
    this.#wakeForNews();
  }

  /** Whether it was leased the attempt and surely has not seen it, so that its body cannot have begun. */
  neverSaw(ref: AttemptRef): boolean {
    const key = refKey(ref);
    const held = this.#held.get(key);
    return held !== undefined && !held.found && (!held.told || this.#unsaid.has(key));
  }

  /** Asks it to stop an attempt. One that it was never told of is simply not told. */
  cancel(ref: AttemptRef, options: Readonly<{ lost: boolean; force: boolean }>): void {
    const cancellation = { ...ref, ...options };
    this.#unsaid.set(`cancel ${refKey(ref)}`, { kind: 'cancellation', cancellation, saidIn: 0 });
    this.#wakeForNews();
  }

  /** The worker has seen the answers up to this number. */
  acknowledge(received: number): void {
    if (received === 0) return;
    for (const [key, news] of this.#unsaid) {
      if (news.saidIn !== 0 && news.saidIn <= received) this.#unsaid.delete(key);
    }
  }

  /**
   * Compares what it says it holds with what it should hold. `unknown`: what it holds without right; not so what it has reported,
   * which another call of it may name as held at the same time. What it should hold,
   * was told of, and misses in two reports in a row (one may have crossed a result) is `missing` the first time: the telling
   * may have been lost, so it is told again. Missed again, it is `refused`: the worker has given it up (its lease was over
   * by its own clock) and does not take it a second time.
   */
  compare(running: readonly AttemptRef[]): Comparison {
    const said = new Set(running.map(refKey));
    const missing: AttemptRef[] = [];
    const refused: AttemptRef[] = [];
    for (const [key, held] of this.#held) {
      if (said.has(key)) this.#givenAgain.delete(key);
      if (!held.told || said.has(key) || this.#unsaid.has(key)) {
        held.missing = 0;
        continue;
      }
      held.missing += 1;
      if (held.missing < 2) continue;
      if (this.#givenAgain.delete(key)) {
        refused.push(held.ref);
      } else {
        this.#givenAgain.add(key);
        missing.push(held.ref);
      }
    }
    for (const key of this.#reported) if (!said.has(key)) this.#reported.delete(key);
    const known = (ref: AttemptRef) => this.holds(ref) || this.#reported.has(refKey(ref));
    return { unknown: running.filter((ref) => !known(ref)), missing, refused };
  }

  /** Everything that is not acknowledged, as one numbered answer. */
  answer(confirmed: readonly AttemptRef[]): SyncResponse {
    const assignments: Assignment[] = [];
    const localRuns: LocalRunAssignment[] = [];
    const cancellations: Cancellation[] = [];
    this.answersNow = false;
    if (this.#unsaid.size > 0) this.#sequence += 1;
    for (const news of this.#unsaid.values()) {
      if (news.saidIn === 0) news.saidIn = this.#sequence;
      if (news.kind === 'assignment') {
        if ('plan' in news.assignment) localRuns.push(news.assignment);
        else assignments.push(news.assignment);
      } else cancellations.push(news.cancellation);
    }
    const { leaseMs } = this.#settings;
    const answer = { sequence: this.#sequence, assignments, cancellations, confirmed, leaseMs };
    return localRuns.length === 0 ? answer : { ...answer, localRuns };
  }

  hasNews(): boolean {
    return this.#unsaid.size > 0;
  }

  /** Whether it talks to this server: one that is silent for long may be dead, or talk to another server by now. */
  isPresent(): boolean {
    return this.heard || this.silentTicks < 2 || this.isListening();
  }

  /** Whether a call of it is waiting for news right now. */
  isListening(): boolean {
    return this.#wake !== null;
  }

  /** Ends the wait of an older call. */
  wake(): void {
    this.#wake?.();
    this.#wake = null;
  }

  /**
   * A commit that takes a result mostly brings the next attempt. Both are for the call that carried the result, so a step costs
   * one round trip: the call that waits goes on waiting.
   */
  #wakeForNews(): void {
    if (this.#newsComes) return;
    this.#newsComes = true;
    queueMicrotask(() => {
      this.#newsComes = false;
      if (!this.answersNow) this.wake();
    });
  }

  /** Waits until there is news, a newer call came, the time is over or the caller went away. */
  waitForNews(waitMs: number, signal: AbortSignal | undefined): Promise<void> {
    if (this.hasNews() || signal?.aborted === true) return Promise.resolve();
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', done);
        if (this.#wake === done) this.#wake = null;
        resolve();
      };
      const timer = setTimeout(done, waitMs);
      signal?.addEventListener('abort', done);
      this.#wake = done;
    });
  }
}
