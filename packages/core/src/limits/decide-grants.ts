// Who gets slots now. A pure decision over a few lines of waiting requests, made by a store while nobody else decides on the
// same workspace (the protocol: packages/engine/src/limits/granter.ts).
//
// Requests are looked at in the order of `compareRequests`. One whose keys all have room is granted all of them. One that
// has to wait keeps a place for itself in each of its keys: later requests find that place taken. So a request for several
// keys is never starved by others that want just one of them, and whoever is first in line is first served.
//
//   queue          waits
//   skip           is refused if it has to wait for that key
//   cancel_oldest  the newest one takes the place of all that wait and have not begun, and has the oldest holders
//                  cancelled until there is room for it; it never asks that of its own run or of those above it
//
// A request that is not `complete` (some of its keys' lines were not loaded) is never granted, but keeps its places.
import type { Instant } from '../run/records.ts';
import type { RunId } from '../values/ids.ts';
import { type Demand, demandText, type Holder, type RefusalReason } from './demand.ts';
import { compareAges, compareRequests, type WaitingRequest } from './waiting-request.ts';

/** A limit as it stands. */
export type LimitState = Readonly<{
  /** How many hold it. */
  held: number;
  /** The first of its holders, oldest first; only as many as could be cancelled at once. */
  oldest: readonly Holder[];
  /** Of a rate: how many starts there ever were, and when, by their number; those that no window reaches are absent. */
  starts: Readonly<{ count: number; at: ReadonlyMap<number, Instant> }>;
  /** More wait than were loaded. */
  cut: boolean;
}>;

export type LoadedRequest = WaitingRequest & Readonly<{ complete: boolean }>;

export type Refusal = Readonly<{ ref: WaitingRequest; reason: RefusalReason; key: string; by: RunId | null }>;
/** A run that holds `key` is to be cancelled, so that the run `by` gets it. */
export type SlotCancellation = Readonly<{ run: RunId; key: string; by: RunId }>;

export type Grants = Readonly<{
  granted: readonly LoadedRequest[];
  refused: readonly Refusal[];
  cancels: readonly SlotCancellation[];
  /** When a rate has room again for one that waits; null: none waits for that. */
  wakeAt: Instant | null;
  /** There is room left, and more wait than were loaded. */
  more: boolean;
}>;

export const noStarts: LimitState['starts'] = { count: 0, at: new Map() };
const unlimited: LimitState = { held: 0, oldest: [], starts: noStarts, cut: false };

/** `limits` by `demandText`; one that is absent is free. */
export function decideGrants(
  requests: readonly LoadedRequest[],
  limits: ReadonlyMap<string, LimitState>,
  now: Instant,
): Grants {
  const refused: Refusal[] = [];
  let waiting = requests.toSorted(compareRequests);
  for (;;) {
    const pass = new Pass(limits, now);
    for (const request of waiting) pass.look(request);
    refused.push(...pass.refused);
    const superseded = pass.superseded();
    if (superseded.length === 0) {
      const { granted, wakeAt } = pass;
      return { granted, refused, cancels: pass.cancels(), wakeAt, more: pass.hasMore() };
    }
    // Without them there may be room: look again.
    refused.push(...superseded);
    const gone = new Set<WaitingRequest>(refused.map(({ ref }) => ref));
    waiting = waiting.filter((request) => !gone.has(request));
  }
}

type Blocked = Readonly<{ request: LoadedRequest; by: readonly Demand[] }>;

/** One look at all requests, in their order. */
class Pass {
  readonly granted: LoadedRequest[] = [];
  readonly refused: Refusal[] = [];
  wakeAt: Instant | null = null;
  readonly #limits: ReadonlyMap<string, LimitState>;
  readonly #now: Instant;
  /** Places that were given or kept in this pass. */
  readonly #taken = new Map<string, number>();
  readonly #blocked: Blocked[] = [];
  /** The limit that the last one in each line knew. */
  readonly #last = new Map<string, Demand>();

  constructor(limits: ReadonlyMap<string, LimitState>, now: Instant) {
    this.#limits = limits;
    this.#now = now;
  }

  look(request: LoadedRequest): void {
    const { demands } = request;
    for (const demand of demands) this.#last.set(demandText(demand), demand);
    const by = demands.filter((demand) => !this.#hasRoom(demand));
    const impatient = by.find((demand) => demand.kind === 'concurrency' && demand.whenFull === 'skip');
    if (impatient !== undefined) {
      this.refused.push({ ref: request, reason: 'full', key: impatient.key, by: null });
      return;
    }
    for (const demand of demands) this.#taken.set(demandText(demand), this.#takenOf(demand) + 1);
    if (by.length === 0 && request.complete) this.granted.push(request);
    else this.#blocked.push({ request, by });
  }

  /** Requests that have not begun and are older than one that says `cancel_oldest` and waits for the same key. */
  superseded(): readonly Refusal[] {
    const refusals = new Map<WaitingRequest, Refusal>();
    for (const [key, { request: newest }] of this.#newest()) {
      for (const { request } of this.#blocked) {
        const demand = request.demands.find((one) => demandText(one) === key);
        if (demand === undefined || request.attempt > 1 || compareAges(request, newest) >= 0) continue;
        refusals.set(request, { ref: request, reason: 'superseded', key: demand.key, by: newest.run });
      }
    }
    return [...refusals.values()];
  }

  /** The oldest holders that stand in the way of the newest `cancel_oldest` of each key. */
  cancels(): readonly SlotCancellation[] {
    const cancellations: SlotCancellation[] = [];
    for (const [text, { request, by }] of this.#newest()) {
      const demand = by.find((one) => demandText(one) === text);
      const { held, oldest } = this.#limit(text);
      const own = new Set([request.run, ...request.above.map(({ run }) => run)]);
      const others = oldest.filter(({ run }) => !own.has(run));
      const tooMany = demand === undefined ? 0 : held + 1 - demand.limit;
      const runs = new Set(others.slice(0, Math.max(0, tooMany)).map(({ run }) => run));
      for (const run of runs) cancellations.push({ run, key: demand?.key ?? text, by: request.run });
    }
    return cancellations;
  }

  /** Whether another look would find more to do: behind what was loaded, or among those who hold from now on. */
  hasMore(): boolean {
    for (const [text, demand] of this.#last) if (this.#limit(text).cut && this.#hasRoom(demand)) return true;
    return [...this.#newest().keys()].some((text) =>
      this.granted.some(({ demands }) => demands.some((demand) => demandText(demand) === text)),
    );
  }

  /** The newest request of each key that is blocked by it and says `cancel_oldest`. */
  #newest(): ReadonlyMap<string, Blocked> {
    const newest = new Map<string, Blocked>();
    for (const blocked of this.#blocked) {
      for (const demand of blocked.by) {
        if (demand.kind !== 'concurrency' || demand.whenFull !== 'cancel_oldest') continue;
        const known = newest.get(demandText(demand));
        if (known === undefined || compareAges(known.request, blocked.request) < 0) {
          newest.set(demandText(demand), blocked);
        }
      }
    }
    return newest;
  }

  #hasRoom(demand: Demand): boolean {
    const { held, starts } = this.#limit(demandText(demand));
    const taken = this.#takenOf(demand);
    if (demand.kind !== 'rate') return held + taken < demand.limit;
    // The start that must have left the window before this one may come in.
    const before = starts.count + taken + 1 - demand.limit;
    if (before <= 0) return true;
    const at = before > starts.count ? this.#now : starts.at.get(before);
    if (at === undefined || at + demand.perMs <= this.#now) return true;
    this.wakeAt = Math.min(this.wakeAt ?? Number.POSITIVE_INFINITY, at + demand.perMs);
    return false;
  }

  #limit = (text: string): LimitState => this.#limits.get(text) ?? unlimited;

  #takenOf = (demand: Demand): number => this.#taken.get(demandText(demand)) ?? 0;
}
