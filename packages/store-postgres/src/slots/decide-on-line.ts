// Decides who gets slots of some keys, inside a transaction that holds the workspace's lock. The decision itself is the
// pure `decideGrants`; here its facts are read and what it says is written.
//
// Of each line only the first are read, and more only while there is room behind them. A request may wait for further keys:
// their lines are read as well, and a request in those that waits for yet others is looked at without being granted
// (whatever frees one of these decides on it).
import {
  decideGrants,
  demandText,
  type Grants,
  type Holder,
  type LimitState,
  runId,
  type SlotCancellation,
  slotRefText,
} from '@millrace/core';
import type { SlotVerdict } from '@millrace/engine';
import type { Query, TransactionQuery } from '../connections/database.ts';
import { readStatement } from '../connections/statement.ts';
import { type DemandRow, decodeRef, decodeRequests, type RequestWithKeys } from './slot-rows.ts';

const waitingRequests = readStatement(import.meta.url, 'waiting-requests');
const limitStates = readStatement(import.meta.url, 'limit-states');
const windowStarts = readStatement(import.meta.url, 'window-starts');
const decideSlots = readStatement(import.meta.url, 'decide-slots');

/** How many of each line are read at first. */
const firstWindow = 100;
/** As many holders as can be cancelled at once. */
const mostOldest = 20;
/** Looks in one transaction; what is left has another one later. */
const mostLooks = 20;

export type StateRow = Readonly<{ key: string; now: string; held: number; oldest: string; starts: string }>;

export const lineQuery = (keys: readonly string[], window = firstWindow): Query => ({
  statement: waitingRequests,
  values: [keys, window],
});
export const statesQuery = (keys: readonly string[]): Query => ({ statement: limitStates, values: [keys, mostOldest] });

type Outcome = { verdicts: SlotVerdict[]; cancels: readonly SlotCancellation[]; wakeAt: number | null };

/** `rows` and `states` were read with the lock. */
export async function decideOnLine(
  query: TransactionQuery,
  keys: readonly string[],
  rows: readonly DemandRow[],
  states: readonly StateRow[],
): Promise<Outcome> {
  const outcome: Outcome = { verdicts: [], cancels: [], wakeAt: null };
  let [line, limits] = [rows, states];
  let window = firstWindow;
  for (let looks = 1; ; looks++) {
    const facts = await readFacts(query, keys, window, line, limits);
    if (facts.requests.length === 0) return { ...outcome, cancels: [], wakeAt: null };
    const grants = decideGrants(facts.requests, facts.limits, facts.now);
    outcome.verdicts.push(...(await writeVerdicts(query, grants)));
    outcome.cancels = grants.cancels;
    outcome.wakeAt = grants.wakeAt;
    if (!grants.more || looks === mostLooks) return outcome;
    window *= 2;
    [line, limits] = await Promise.all([query<DemandRow>(lineQuery(keys, window)), query<StateRow>(statesQuery(keys))]);
  }
}

/** Grants those of these requests that have room, whoever else waits. */
export async function grantThese(
  query: TransactionQuery,
  requests: readonly RequestWithKeys[],
): Promise<readonly SlotVerdict[]> {
  if (requests.length === 0) return [];
  const keys = [...new Set(requests.flatMap((request) => request.keys))];
  const states = await query<StateRow>(statesQuery(keys));
  const { limits, now } = await factsOf(query, requests, states, Number.POSITIVE_INFINITY);
  return writeVerdicts(query, decideGrants(requests, limits, now));
}

type Facts = Readonly<{
  requests: readonly RequestWithKeys[];
  limits: ReadonlyMap<string, LimitState>;
  now: number;
}>;

async function readFacts(
  query: TransactionQuery,
  keys: readonly string[],
  window: number,
  rows: readonly DemandRow[],
  states: readonly StateRow[],
): Promise<Facts> {
  const known = new Set(keys);
  const first = decodeRequests(rows);
  const further = [...new Set(first.flatMap((request) => request.keys))].filter((key) => !known.has(key));
  if (further.length === 0) return factsOf(query, first, states, window);
  const [others, more] = await Promise.all([
    query<DemandRow>(lineQuery(further, window)),
    query<StateRow>(statesQuery(further)),
  ]);
  for (const key of further) known.add(key);
  const all = new Map([...first, ...decodeRequests(others)].map((request) => [slotRefText(request), request]));
  const requests = [...all.values()].map((request) => ({
    ...request,
    complete: request.keys.every((key) => known.has(key)),
  }));
  return factsOf(query, requests, [...states, ...more], window);
}

async function factsOf(
  query: TransactionQuery,
  requests: readonly RequestWithKeys[],
  states: readonly StateRow[],
  window: number,
): Promise<Facts> {
  const counts = new Map<string, number>();
  const texts = new Map<string, string>();
  for (const { demands, keys } of requests) {
    demands.forEach((demand, index) => {
      const key = keys[index] ?? '';
      texts.set(key, demandText(demand));
      counts.set(key, (counts.get(key) ?? 0) + 1);
    });
  }
  const starts = await readStarts(query, requests, states, counts);
  const limits = new Map<string, LimitState>();
  for (const state of states) {
    const text = texts.get(state.key);
    if (text === undefined) continue;
    limits.set(text, {
      held: state.held,
      oldest: decodeHolders(state.oldest),
      starts: { count: Number(state.starts), at: starts.get(state.key) ?? new Map() },
      cut: (counts.get(state.key) ?? 0) >= window,
    });
  }
  return { requests, limits, now: Number(states[0]?.now ?? 0) };
}

const decodeHolders = (text: string): readonly Holder[] =>
  (JSON.parse(text) as readonly (Omit<Holder, 'run'> & Readonly<{ run: string }>)[]).map(({ run, ...key }) => ({
    run: runId(run),
    ...key,
  }));

/** Of each rate: the starts that must have left the window before the next so many may come in. */
async function readStarts(
  query: TransactionQuery,
  requests: readonly RequestWithKeys[],
  states: readonly StateRow[],
  counts: ReadonlyMap<string, number>,
): Promise<ReadonlyMap<string, ReadonlyMap<number, number>>> {
  const ranges = new Map<string, { first: number; last: number }>();
  const ever = new Map(states.map(({ key, starts }) => [key, Number(starts)]));
  for (const { demands, keys } of requests) {
    demands.forEach(({ kind, limit }, index) => {
      const key = keys[index] ?? '';
      const count = ever.get(key);
      if (kind !== 'rate' || count === undefined) return;
      const range = ranges.get(key) ?? { first: Number.POSITIVE_INFINITY, last: 0 };
      range.first = Math.min(range.first, count + 1 - limit);
      range.last = Math.max(range.last, count + (counts.get(key) ?? 0) - limit);
      ranges.set(key, range);
    });
  }
  const wanted = [...ranges].filter(([, { last }]) => last > 0);
  if (wanted.length === 0) return new Map();
  const rows = await query<{ key: string; number: string; at: string }>({
    statement: windowStarts,
    values: [wanted.map(([key]) => key), wanted.map(([, { first }]) => first), wanted.map(([, { last }]) => last)],
  });
  const starts = new Map<string, Map<number, number>>();
  for (const { key, number, at } of rows) {
    const own = starts.get(key) ?? new Map<number, number>();
    starts.set(key, own.set(Number(number), Number(at)));
  }
  return starts;
}

/** Writes what was decided; what a commit changes at this moment is left for the next look. */
export async function writeVerdicts(
  query: TransactionQuery,
  { granted, refused }: Pick<Grants, 'granted' | 'refused'>,
): Promise<readonly SlotVerdict[]> {
  const verdicts: readonly SlotVerdict[] = [
    ...granted.map((request): SlotVerdict => ({ ref: decodeRef(request), granted: true })),
    ...refused.map(
      ({ ref, reason, key, by }): SlotVerdict => ({ ref: decodeRef(ref), granted: false, reason, key, by }),
    ),
  ];
  if (verdicts.length === 0) return [];
  const sizes = [...granted, ...refused.map(({ ref }) => ref)].map(({ demands }) => demands.length);
  const rows = await query<{ place: number }>({
    statement: decideSlots,
    values: [
      verdicts.map(({ ref }) => ref.run),
      verdicts.map(({ ref }) => ref.step),
      verdicts.map(({ ref }) => ref.iteration),
      verdicts.map(({ ref }) => ref.item),
      verdicts.map(({ ref }) => ref.attempt),
      verdicts.map(({ ref }) => ref.request),
      sizes,
      verdicts.map(encodeRefusal).join('\x1f'),
    ],
  });
  const written = new Set(rows.map(({ place }) => place));
  return verdicts.filter((_, index) => written.has(index + 1));
}

function encodeRefusal(verdict: SlotVerdict): string {
  if (verdict.granted) return '\x1e';
  const { reason, key, by } = verdict;
  return JSON.stringify({ reason, key, by });
}
