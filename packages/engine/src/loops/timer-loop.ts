import type { Instant } from '@millrace/core';
import type { RunDriver } from '../commit/run-driver.ts';
import type { Clock } from '../ports/clock.ts';
import type { DueWait, WaitStore } from '../ports/wait-store.ts';
import { Loop } from './loop.ts';

const batch = 500;
/** A taken wait comes back after this, should its taker die before it fired. */
const hideMs = 30_000;

export type TimerLoopOptions = Readonly<{
  waits: WaitStore;
  clock: Clock;
  pollMs: number;
  driver(): RunDriver;
  onError(error: unknown, where: string): void;
}>;

/**
 * Fires durable timers. It sleeps until the next one that this server set or saw, and looks now and then for those that
 * others set. A wait that its run no longer knows is discarded.
 */
export class TimerLoop {
  readonly loop: Loop;
  readonly #options: TimerLoopOptions;
  #nextDue: Instant = Number.POSITIVE_INFINITY;

  constructor(options: TimerLoopOptions) {
    this.#options = options;
    const { clock, pollMs, onError } = options;
    this.loop = new Loop({ name: 'timers', clock, pauseMs: pollMs, onError, duty: () => this.#fireDue() });
  }

  /** A timer was set: be awake when it is due. */
  arm(dueAt: Instant): void {
    if (dueAt >= this.#nextDue) return;
    this.#nextDue = dueAt;
    this.loop.wakeAfter(this.#restUntil(dueAt));
  }

  async #fireDue(): Promise<number> {
    const { waits, pollMs } = this.#options;
    this.#nextDue = Number.POSITIVE_INFINITY;
    const due = await waits.takeDue({ limit: batch, hideMs });
    await Promise.all(due.map((wait) => this.#fire(wait)));
    if (due.length === batch) return 0;
    const next = await waits.nextDueAt();
    if (next !== null) this.#nextDue = Math.min(this.#nextDue, next);
    return Math.min(pollMs, this.#restUntil(this.#nextDue));
  }

  /** One millisecond more: the clocks here and in the store are whole milliseconds, cut and rounded differently. */
  #restUntil(dueAt: Instant): number {
    return Math.max(0, dueAt - this.#options.clock.now()) + 1;
  }

  async #fire(wait: DueWait): Promise<void> {
    const { driver, waits } = this.#options;
    const { run, kind, step, item, iteration, attempt, dueAt } = wait;
    const key = { step, item, iteration, attempt };
    const settled = await driver().send(run, { type: 'timer_fired', kind, key, dueAt });
    if (settled.kind === 'rejected' || settled.kind === 'not_found') await waits.discard(wait);
  }
}
