// How far the claims of this server have come in each lane.
//
// The entry of claimed work stays in the index of ready work until PostgreSQL may forget it: while any transaction is open that
// began before, it may not. A claim that began at the head of its lane would pass over all of them each time, and get slower
// for as long as somebody leaves a transaction open. So it begins where the last one ended.
//
// Nothing is lost by that. Work of a higher priority is always looked at. Work may also appear before a mark: a commit that
// took long, work that another server gives back. So a mark lies a second back, holds for two seconds, and goes when a claim
// gets less than it wanted; then all is looked at.

/** Work of this priority and time, and what is of a higher priority, is looked at. */
export type ClaimMark = Readonly<{ priority: number; readyAt: number }>;

/** Before all work there may be. */
export const beginning: ClaimMark = { priority: -2_147_483_648, readyAt: 0 };

const holdsMs = 2_000;
const backMs = 1_000;

export class ClaimMarks {
  readonly #monotonicMs: () => number;
  readonly #marks = new Map<number, ClaimMark>();
  #begunAt = 0;

  constructor(monotonicMs: () => number) {
    this.#monotonicMs = monotonicMs;
  }

  /** Marks of all these lanes; null: some have none that holds, so look at everything. */
  of(lanes: readonly number[]): readonly ClaimMark[] | null {
    if (this.#monotonicMs() - this.#begunAt > holdsMs) return null;
    const marks = lanes.map((lane) => this.#marks.get(lane));
    return marks.every((mark) => mark !== undefined) ? marks : null;
  }

  /** Everything is about to be looked at; what is passed from now on holds for a while. */
  begin(): void {
    this.#marks.clear();
    this.#begunAt = this.#monotonicMs();
  }

  /** A claim that was filled has taken this work, and all that stood before it in its lane. */
  passed(lane: number | null, { priority, readyAt }: ClaimMark): void {
    if (lane !== null) this.#marks.set(lane, { priority, readyAt: readyAt - backMs });
  }

  clear(): void {
    this.#marks.clear();
  }
}
