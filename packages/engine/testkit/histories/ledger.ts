// What several clients did to one store at the same time, as they saw it. A moment is a number that only grows, so that of
// two calls it is known whether one had ended before the other began; calls that overlap may have happened in any order.
import type { AttemptKey, AttemptRef, LoadedRun, RunId, WorkerId } from '@millrace/core';
import type { DueWait, OutboxKey, RunCommit, StoredMessage } from '../../src/ports/index.ts';

/** From the call to its answer. */
type Span = Readonly<{ from: number; to: number }>;

export type Entry = Span &
  (
    | Readonly<{ kind: 'commit'; commit: RunCommit; won: boolean }>
    | Readonly<{ kind: 'load'; ids: readonly RunId[]; loaded: readonly LoadedRun[] }>
    | Readonly<{ kind: 'claim' | 'give_back'; worker: WorkerId; refs: readonly AttemptRef[] }>
    | Readonly<{ kind: 'take_due'; waits: readonly DueWait[]; clock: Clock }>
    | Readonly<{ kind: 'take_old'; messages: readonly StoredMessage[] }>
    | Readonly<{ kind: 'register'; worker: WorkerId; leaseMs: number; clock: Clock }>
    | Readonly<{ kind: 'renew'; worker: WorkerId; alive: boolean; leaseMs: number; clock: Clock }>
    | Readonly<{ kind: 'expired'; workers: readonly WorkerId[]; clock: Clock }>
    | Readonly<{ kind: 'remove'; worker: WorkerId; removed: boolean }>
  );

/** Between these the store's clock stood during a call: others may have moved it meanwhile. */
export type Clock = Readonly<{ least: number; most: number }>;

type Told = Entry extends infer One ? (One extends Entry ? Omit<One, keyof Span> : never) : never;

export class Ledger {
  readonly entries: Entry[] = [];
  #moment = 0;
  #clockLeast: number;
  #clockMost: number;

  /** `now`: what the store's clock shows. From here on only `moveClock` may move it. */
  constructor(now: number) {
    this.#clockLeast = now;
    this.#clockMost = now;
  }

  /** Makes a call and notes what became of it, as one entry or several. One that throws is a failure of the test. */
  async note<Answer>(
    call: () => Promise<Answer>,
    tell: (answer: Answer, clock: Clock) => Told | readonly Told[],
  ): Promise<Answer> {
    this.#moment += 1;
    const from = this.#moment;
    const least = this.#clockLeast;
    const answer = await call();
    this.#moment += 1;
    const told = [tell(answer, { least, most: this.#clockMost })].flat();
    for (const one of told) this.entries.push({ ...one, from, to: this.#moment } as Entry);
    return answer;
  }

  /** Moves the clock; calls that are under way may see it before or after. */
  async moveClock(ms: number, move: (ms: number) => Promise<void>): Promise<void> {
    this.#clockMost += ms;
    await move(ms);
    this.#clockLeast += ms;
  }
}

export const attemptText = ({ step, item, iteration, attempt }: AttemptKey): string =>
  [step, item, iteration, attempt].join('.');
export const refText = (ref: AttemptRef): string => `${ref.run}/${attemptText(ref)}`;
export const messageText = ({ run, version, ordinal }: OutboxKey): string => `${run}/${version}/${ordinal}`;
