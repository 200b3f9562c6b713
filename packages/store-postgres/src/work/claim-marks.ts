// How far the claims of this server have come in each lane.
//
// The entry of claimed work stays in the index of ready work until PostgreSQL may forget it: while any transaction is open that
// began before, it may not. A claim that began at the head of its lane would pass over all of them each time, and get slower
// for as long as somebody leaves a transaction open. So it begins where claims had come to a second ago.
//
// Nothing is lost by that. Work of a higher priority is always looked at. Work may also appear before a mark: a commit that
// took long, work that another server gives back. So a mark lies a second back, by the time of the work or by the time of the
// claims, whichever comes farther: what became ready in one moment (items of a for-each) is told apart by the latter alone. It
// holds for two seconds after all of its lane was looked at, or for twenty times as long as that took, so that looking at
// everything takes a twentieth of the time at most. It goes when a claim gets less than it wanted; then all is looked at.
import type { RunId, StepKey } from '@millrace/core';

/** A place in the order of claims. Work behind it, and what is of a higher priority, is looked at. */
export type ClaimMark = StepKey & Readonly<{ priority: number; readyAt: number; run: RunId }>;

/** Before all work there may be. */
export const beginning: ClaimMark = {
  priority: -2_147_483_648,
  readyAt: 0,
  run: '0' as RunId,
  step: 0,
  iteration: 0,
  item: 0,
};

const holdsMs = 2_000;
const backMs = 1_000;
/** A look at everything holds so many times as long as it took. */
const holdsTimes = 20;

type LaneMarks = {
  lookedAt: number;
  holdsMs: number;
  /** Where the last claim ended. */
  front: ClaimMark | null;
  /** Where claims had come to a second ago, or before. */
  settled: ClaimMark | null;
  /** What will be settled when it is a second old. */
  settling: Readonly<{ mark: ClaimMark; at: number }> | null;
};

export class ClaimMarks {
  readonly #monotonicMs: () => number;
  readonly #lanes = new Map<number, LaneMarks>();

  constructor(monotonicMs: () => number) {
    this.#monotonicMs = monotonicMs;
  }

  /** Where claims from these lanes begin; null: some were not looked at as a whole for long, so look at everything. */
  of(lanes: readonly number[]): readonly ClaimMark[] | null {
    const now = this.#monotonicMs();
    const marks: ClaimMark[] = [];
    for (const lane of lanes) {
      const own = this.#lanes.get(lane);
      if (own === undefined || now - own.lookedAt > own.holdsMs) return null;
      marks.push(laneMark(own));
    }
    return marks;
  }

  /** All of these lanes was looked at, which began at that moment; nothing holds longer for it than it may. */
  looked(lanes: readonly number[], beganAt: number): void {
    const tookMs = this.#monotonicMs() - beganAt;
    for (const lane of lanes) {
      const own = this.#lane(lane);
      own.lookedAt = beganAt;
      own.holdsMs = Math.max(holdsMs, tookMs * holdsTimes);
    }
  }

  /** A claim that was filled has taken this work, and all that stood before it in its lane. */
  passed(lane: number | null, mark: ClaimMark): void {
    if (lane === null) return;
    const now = this.#monotonicMs();
    const own = this.#lane(lane);
    own.front = mark;
    if (own.settled !== null && isBefore(mark, own.settled)) {
      // Something stood before the mark, and more may stand between the two.
      own.settled = mark;
      own.settling = null;
    }
    if (own.settling === null) own.settling = { mark, at: now };
    if (now - own.settling.at < backMs) return;
    own.settled = own.settling.mark;
    own.settling = { mark, at: now };
  }

  clear(): void {
    this.#lanes.clear();
  }

  #lane(lane: number): LaneMarks {
    let own = this.#lanes.get(lane);
    if (own === undefined) {
      own = { lookedAt: Number.NEGATIVE_INFINITY, holdsMs, front: null, settled: null, settling: null };
      this.#lanes.set(lane, own);
    }
    return own;
  }
}

function laneMark({ front, settled }: LaneMarks): ClaimMark {
  if (front === null) return beginning;
  const back = { ...beginning, priority: front.priority, readyAt: front.readyAt - backMs };
  return settled === null || isBefore(settled, back) ? back : settled;
}

/** In the order of claims, which is that of their index. */
function isBefore(one: ClaimMark, other: ClaimMark): boolean {
  if (one.priority !== other.priority) return one.priority > other.priority;
  if (one.readyAt !== other.readyAt) return one.readyAt < other.readyAt;
  if (one.run !== other.run) return BigInt(one.run) < BigInt(other.run);
  if (one.step !== other.step) return one.step < other.step;
  if (one.iteration !== other.iteration) return one.iteration < other.iteration;
  return one.item < other.item;
}
