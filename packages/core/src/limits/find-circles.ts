// Requests that wait in a circle: a run that holds one key waits for another, whose holder waits for the first.
//
// Only requests with something above them can be part of one, and they are first in every line, so nobody else matters. A
// holder lets go unless something *stuck* stands below it. A request is stuck when some key of it has not enough holders that
// ever let go. Starting from "all are stuck" and freeing whatever can be freed leaves those that wait for ever.
//
// Places that are kept in lines (decide-grants.ts) can close a circle, too, in the line of a rate as in any other: the one that
// a place is kept for waits for what stands above the one that finds it taken. Then nobody has to give way: it is enough to
// let somebody pass, and it costs those ahead nothing, as they would have waited for ever.
import { type Demand, demandText, type Holder, holderText, type RefusalReason } from './demand.ts';
import { compareAges, compareRequests, type WaitingRequest } from './waiting-request.ts';

/** Everybody who holds a limit, by `demandText`. Rates are held by nobody: they pass. */
export type Holders = ReadonlyMap<string, readonly Holder[]>;

export type Untangled = Readonly<{
  /** Requests that are to be granted, if their rates have room, whatever places are kept. */
  granted: readonly WaitingRequest[];
  /** The youngest of the requests that wait in a circle: without it the others go on. */
  refused: Readonly<{ ref: WaitingRequest; reason: RefusalReason; key: string }> | null;
}>;

/** What to do about the requests that wait below a holder: one step, after which others may be possible. */
export function findCircles(requests: readonly WaitingRequest[], holders: Holders): Untangled {
  const inOrder = requests.toSorted(compareRequests);
  const stuck = stuckOnes(inOrder, holders, false);
  const victim = youngestInTheWay(stuck, holders);
  if (victim !== null) {
    const kept = heldAboveAny(stuck);
    const demand = victim.demands.find((one) => staying(one, holders, kept) >= one.limit) ?? victim.demands[0];
    return { granted: [], refused: { ref: victim, reason: 'circle', key: demand?.key ?? '' } };
  }
  const inPlaces = stuckOnes(inOrder, holders, true);
  const passing = inOrder.find((request) => inPlaces.has(request) && hasRoom(request, holders));
  return { granted: passing === undefined ? [] : [passing], refused: null };
}

/** Those that will never be granted; with `places`, if whoever is ahead keeps its place for as long as it waits. */
function stuckOnes(inOrder: readonly WaitingRequest[], holders: Holders, places: boolean): ReadonlySet<WaitingRequest> {
  const stuck = new Set(inOrder);
  for (let freed = true; freed; ) {
    freed = false;
    const kept = heldAboveAny(stuck);
    const ahead = new Map<string, number>();
    for (const request of inOrder) {
      if (!stuck.has(request)) continue;
      const texts = request.demands.map(demandText);
      const waits = request.demands.some((demand, index) => {
        const taken = places ? (ahead.get(texts[index] ?? '') ?? 0) : 0;
        return staying(demand, holders, kept) + taken >= demand.limit;
      });
      if (waits) for (const text of texts) ahead.set(text, (ahead.get(text) ?? 0) + 1);
      else {
        stuck.delete(request);
        freed = true;
      }
    }
  }
  return stuck;
}

const heldAboveAny = (requests: ReadonlySet<WaitingRequest>): ReadonlySet<string> =>
  new Set([...requests].flatMap(({ above }) => above.map(holderText)));

/** How many hold it who do not let go before a request below them has ended. */
const staying = (demand: Demand, holders: Holders, kept: ReadonlySet<string>): number =>
  (holders.get(demandText(demand)) ?? []).filter((holder) => kept.has(holderText(holder))).length;

/** Of those that keep a holder from letting go which others are stuck for. */
function youngestInTheWay(stuck: ReadonlySet<WaitingRequest>, holders: Holders): WaitingRequest | null {
  const wanted = new Set<string>();
  for (const { demands } of stuck) {
    for (const demand of demands) {
      for (const holder of holders.get(demandText(demand)) ?? []) wanted.add(holderText(holder));
    }
  }
  const inTheWay = [...stuck].filter(({ above }) => above.some((holder) => wanted.has(holderText(holder))));
  return inTheWay.sort(compareAges).at(-1) ?? null;
}

const hasRoom = ({ demands }: WaitingRequest, holders: Holders): boolean =>
  demands.every((demand) => demand.kind === 'rate' || (holders.get(demandText(demand))?.length ?? 0) < demand.limit);
