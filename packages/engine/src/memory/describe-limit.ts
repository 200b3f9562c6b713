import { compareRequests, isWithinReach, type LimitKey, namedObject } from '@millrace/core';
import type { LimitDetail, LimitFilter, LimitSummary, SlotPosition } from '../ports/index.ts';
import type { MemoryState } from './memory-state.ts';
import type { LimitEntry, SlotEntry } from './slot-table.ts';

const mostTold = 100;

export function matchesLimit(key: LimitKey, { workspace, kind, key: text, reach }: LimitFilter): boolean {
  if (reach !== undefined && !isWithinReach(reach, namedObject(key.workspace, key.key))) return false;
  if (workspace !== undefined && key.workspace !== workspace) return false;
  return (kind === undefined || key.kind === kind) && (text === undefined || key.key === text);
}

/** null: nobody holds it or waits for it; starts that a rate still counts are nobody. */
export function describeLimit({ slots, now }: MemoryState, limit: LimitEntry): LimitDetail | null {
  const { key, entries } = limit;
  const newest = [...entries].sort(byAge).at(-1);
  const demand = newest?.demands.find((one) => one.kind === key.kind && one.key === key.key);
  if (demand === undefined) return null;
  const holders = slots.holdersOf(limit);
  const waiting = [...entries].filter(({ state }) => state === 'waiting');
  const line = waiting.sort(compareRequests);
  return {
    ...key,
    limit: demand.limit,
    perMs: demand.kind === 'rate' ? demand.perMs : null,
    held: holders.length,
    waiting: waiting.length,
    waitingSince: waiting.length === 0 ? null : Math.min(...waiting.map(({ requestedAt }) => requestedAt)),
    freeAt: demand.kind === 'rate' ? freeAt(limit, demand.limit, demand.perMs, now()) : null,
    holders: holders.slice(0, mostTold).map((entry) => position(entry, entry.decidedAt)),
    waiters: line.slice(0, mostTold).map((entry) => ({
      ...position(entry, entry.requestedAt),
      priority: entry.priority,
      whenFull: whenFullOf(entry, key),
    })),
  };
}

export const summarize = ({ holders: _, waiters: __, ...summary }: LimitDetail): LimitSummary => summary;

function freeAt({ count, starts }: LimitEntry, limit: number, perMs: number, now: number): number | null {
  const before = starts.find(({ number }) => number === count + 1 - limit);
  return before !== undefined && before.at + perMs > now ? before.at + perMs : null;
}

const position = ({ run, step, item, iteration }: SlotEntry, since: number): SlotPosition => ({
  run,
  step,
  item,
  iteration,
  since,
});

const whenFullOf = ({ demands }: SlotEntry, { kind, key }: LimitKey) => {
  const demand = demands.find((one) => one.kind === kind && one.key === key);
  return demand?.kind === 'concurrency' ? demand.whenFull : 'queue';
};

/** The newest request last. */
const byAge = (left: SlotEntry, right: SlotEntry): number =>
  left.requestedAt - right.requestedAt ||
  left.run.length - right.run.length ||
  (left.run < right.run ? -1 : left.run > right.run ? 1 : 0) ||
  left.step - right.step ||
  left.iteration - right.iteration ||
  left.item - right.item;
