import type { Clock } from '../ports/clock.ts';

/**
 * A background duty: `tick` does what is due and says how long it may rest. Ticks never overlap; a failed one is reported
 * and tried again after the pause. Tests call `tick` themselves.
 */
export class Loop {
  readonly name: string;
  /** When a tick last ended well (or the loop was started), by the engine's clock. */
  #succeededAt: number;
  readonly #clock: Clock;
  readonly #duty: () => Promise<number>;
  readonly #pauseMs: number;
  readonly #onError: (error: unknown, where: string) => void;
  #cancelTimer: (() => void) | null = null;
  #running: Promise<void> | null = null;
  #again = false;
  #active = false;

  constructor(options: {
    readonly name: string;
    readonly clock: Clock;
    /** Does what is due; resolves to the milliseconds until it should be called again. */
    readonly duty: () => Promise<number>;
    /** Rest after a failure. */
    readonly pauseMs: number;
    readonly onError: (error: unknown, where: string) => void;
  }) {
    this.name = options.name;
    this.#clock = options.clock;
    this.#succeededAt = options.clock.now();
    this.#duty = options.duty;
    this.#pauseMs = options.pauseMs;
    this.#onError = options.onError;
  }

  /** How long it has been without success: while it works, about its pause at most. */
  get silentMs(): number {
    return this.#clock.now() - this.#succeededAt;
  }

  start(): void {
    this.#active = true;
    this.#succeededAt = this.#clock.now();
    this.wakeAfter(0);
  }

  /** Runs the duty now, or again when it is running. */
  wake(): void {
    if (!this.#active) return;
    if (this.#running !== null) this.#again = true;
    else this.wakeAfter(0);
  }

  wakeAfter(ms: number): void {
    if (!this.#active || this.#running !== null) return;
    this.#cancelTimer?.();
    this.#cancelTimer = this.#clock.after(ms, () => void this.tick());
  }

  tick(): Promise<void> {
    this.#cancelTimer?.();
    this.#cancelTimer = null;
    this.#running ??= this.#run();
    return this.#running;
  }

  async #run(): Promise<void> {
    let rest = this.#pauseMs;
    try {
      rest = await this.#duty();
      this.#succeededAt = this.#clock.now();
    } catch (error) {
      this.#onError(error, this.name);
    }
    this.#running = null;
    const next = this.#again ? 0 : rest;
    this.#again = false;
    this.wakeAfter(next);
  }

  async stop(): Promise<void> {
    this.#active = false;
    this.#cancelTimer?.();
    this.#cancelTimer = null;
    await this.#running;
  }
}
