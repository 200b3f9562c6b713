import {
  compareRequests,
  type Demand,
  demandText,
  type Holder,
  holderText,
  type Instant,
  type LimitKey,
  type LimitState,
  type LoadedRequest,
  type Refusal,
  type RunId,
  type SlotRef,
  type SlotRequest,
} from '@millrace/core';
import type { SlotVerdict } from '../ports/index.ts';

/** One request and what became of it. */
export type SlotEntry = SlotRequest & {
  readonly run: RunId;
  state: 'waiting' | 'granted' | 'refused';
  /** What its run has not acted on yet. */
  untold: SlotVerdict | null;
  decidedAt: Instant;
};

type Start = Readonly<{ number: number; at: Instant; expiresAt: Instant }>;
export type LimitEntry = {
  readonly key: LimitKey;
  readonly entries: Set<SlotEntry>;
  /** Of a rate: how many starts there ever were, and those that are remembered. */
  count: number;
  starts: Start[];
};

/** As many holders as can be cancelled at once. */
const mostOldest = 20;

export const limitText = ({ workspace, kind, key }: LimitKey): string => JSON.stringify([workspace, kind, key]);

/** Every request for slots, by its holder and by its limits. */
export class SlotTable {
  readonly #byHolder = new Map<string, SlotEntry>();
  readonly #limits = new Map<string, LimitEntry>();

  all(): Iterable<SlotEntry> {
    return this.#byHolder.values();
  }

  limits(): Iterable<LimitEntry> {
    return this.#limits.values();
  }

  limit(key: LimitKey): LimitEntry | undefined {
    return this.#limits.get(limitText(key));
  }

  ask(run: RunId, request: SlotRequest): void {
    const { workspace } = request;
    const entry: SlotEntry = { ...request, run, state: 'waiting', untold: null, decidedAt: 0 };
    this.#byHolder.set(holderText(entry), entry);
    for (const { kind, key } of request.demands) this.#limit({ workspace, kind, key }).entries.add(entry);
  }

  /** The run has acted on what was decided. */
  take(holder: Holder): void {
    const entry = this.#byHolder.get(holderText(holder));
    if (entry !== undefined) entry.untold = null;
  }

  /** Gives the limits that it let go of. */
  release(holder: Holder): readonly LimitKey[] {
    const entry = this.#byHolder.get(holderText(holder));
    if (entry === undefined) return [];
    this.#byHolder.delete(holderText(holder));
    return entry.demands.map(({ kind, key }) => {
      const limit = this.#limit({ workspace: entry.workspace, kind, key });
      limit.entries.delete(entry);
      this.#forget(limit);
      return limit.key;
    });
  }

  /** Those that wait for any of the limits, with all that they wait for. */
  waitingFor(keys: readonly LimitKey[]): readonly SlotEntry[] {
    const waiting = new Set<SlotEntry>();
    for (const key of keys) {
      for (const entry of this.limit(key)?.entries ?? []) if (entry.state === 'waiting') waiting.add(entry);
    }
    return [...waiting].sort(compareRequests);
  }

  /** Those limits of these requests as they stand, by `demandText`. */
  statesOf(
    workspace: string,
    requests: readonly SlotEntry[],
    limits: ReadonlySet<string>,
  ): ReadonlyMap<string, LimitState> {
    const states = new Map<string, LimitState>();
    for (const { demands } of requests) {
      for (const demand of demands) {
        const text = demandText(demand);
        if (limits.has(text) && !states.has(text)) states.set(text, this.#stateOf(workspace, demand));
      }
    }
    return states;
  }

  holdersOf({ entries, key }: LimitEntry): readonly SlotEntry[] {
    if (key.kind === 'rate') return [];
    return [...entries].filter(({ state }) => state === 'granted').sort(byDecision);
  }

  grant(entry: SlotEntry, now: Instant): SlotVerdict {
    const verdict: SlotVerdict = { ref: refOf(entry), granted: true };
    this.#decide(entry, 'granted', verdict, now);
    for (const demand of entry.demands) {
      if (demand.kind !== 'rate') continue;
      const limit = this.#limit({ workspace: entry.workspace, kind: 'rate', key: demand.key });
      limit.count += 1;
      limit.starts.push({ number: limit.count, at: now, expiresAt: now + demand.perMs });
    }
    return verdict;
  }

  refuse(entry: SlotEntry, { reason, key, by }: Omit<Refusal, 'ref'>, now: Instant): SlotVerdict {
    const verdict: SlotVerdict = { ref: refOf(entry), granted: false, reason, key, by };
    this.#decide(entry, 'refused', verdict, now);
    return verdict;
  }

  forgetStarts(now: Instant): void {
    for (const limit of this.#limits.values()) {
      limit.starts = limit.starts.filter(({ expiresAt }) => expiresAt > now);
      this.#forget(limit);
    }
  }

  #decide(entry: SlotEntry, state: SlotEntry['state'], verdict: SlotVerdict, now: Instant): void {
    entry.state = state;
    entry.untold = verdict;
    entry.decidedAt = now;
  }

  #stateOf(workspace: string, { kind, key }: Demand): LimitState {
    const limit = this.#limit({ workspace, kind, key });
    const holders = this.holdersOf(limit);
    const at = new Map(limit.starts.map((start) => [start.number, start.at]));
    return {
      held: holders.length,
      oldest: holders.slice(0, mostOldest).map(({ run, step, item, iteration }) => ({ run, step, item, iteration })),
      starts: { count: limit.count, at },
      cut: false,
    };
  }

  #limit(key: LimitKey): LimitEntry {
    const text = limitText(key);
    const known = this.#limits.get(text);
    if (known !== undefined) return known;
    const limit: LimitEntry = { key, entries: new Set(), count: 0, starts: [] };
    this.#limits.set(text, limit);
    return limit;
  }

  /** A limit that nobody asks for is not kept. */
  #forget(limit: LimitEntry): void {
    if (limit.entries.size === 0 && limit.starts.length === 0) this.#limits.delete(limitText(limit.key));
  }
}

export const refOf = ({ run, step, item, iteration, attempt, request }: SlotEntry): SlotRef => ({
  run,
  step,
  item,
  iteration,
  attempt,
  request,
});

/** `limits`: those that are known; a request that waits for others is not complete. */
export const loadedRequest = (entry: SlotEntry, limits: ReadonlySet<string>): LoadedRequest => {
  const { priority, requestedAt, demands, above } = entry;
  const complete = demands.every((demand) => limits.has(demandText(demand)));
  return { ...refOf(entry), priority, requestedAt, demands, above, complete };
};

/** Those that have held for longest first. */
const byDecision = (left: SlotEntry, right: SlotEntry): number =>
  left.decidedAt - right.decidedAt ||
  left.run.length - right.run.length ||
  (left.run < right.run ? -1 : left.run > right.run ? 1 : 0) ||
  left.step - right.step ||
  left.iteration - right.iteration ||
  left.item - right.item;
