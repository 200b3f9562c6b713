import type { Instant } from '@millrace/core';
import { Heap } from '../memory/heap.ts';
import type { Clock } from '../ports/clock.ts';

type Call = { readonly at: Instant; readonly order: number; readonly callback: () => void; alive: boolean };

/** Time that passes only when somebody moves it on. */
export class VirtualClock implements Clock {
  #now: Instant;
  #order = 0;
  readonly #calls = new Heap<Call>((left, right) => left.at - right.at || left.order - right.order);

  constructor(now: Instant) {
    this.#now = now;
  }

  now(): Instant {
    return this.#now;
  }

  /**
   * The engine rests a millisecond longer than it must, because real clocks are cut to milliseconds and differ from the
   * store's. This clock is the store's and exact, so the millisecond is taken off: what is due in an hour happens then.
   */
  after(ms: number, callback: () => void): () => void {
    const call = { at: this.#now + Math.max(0, ms - 1), order: this.#order++, callback, alive: true };
    this.#calls.push(call);
    return () => {
      call.alive = false;
    };
  }

  /** When the next call is due; null: there is none. */
  nextAt(): Instant | null {
    for (let call = this.#calls.peek(); call !== undefined; call = this.#calls.peek()) {
      if (call.alive) return call.at;
      this.#calls.pop();
    }
    return null;
  }

  /** Moves on to a time, or stays, and makes every call that is due by then. Calls that these ask for wait for the next move. */
  moveTo(time: Instant): void {
    this.#now = Math.max(this.#now, time);
    const due: Call[] = [];
    for (let next = this.nextAt(); next !== null && next <= this.#now; next = this.nextAt()) {
      const call = this.#calls.pop();
      if (call !== undefined) due.push(call);
    }
    for (const call of due) if (call.alive) call.callback();
  }
}
