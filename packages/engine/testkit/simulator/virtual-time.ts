// Time of the simulation: a queue of events. Nothing happens by itself; the simulator takes the next event, lets all that
// follows from it come to rest, and takes the one after.
import { Heap } from '../../src/memory/heap.ts';

type Event = { readonly at: number; readonly order: number; run: (() => void) | null };

export class VirtualTime {
  now: number;
  #order = 0;
  readonly #events = new Heap<Event>((left, right) => left.at - right.at || left.order - right.order);

  constructor(start: number) {
    this.now = start;
  }

  /** Calls once after so many milliseconds, later than everything that was asked for the same moment before. */
  after(ms: number, run: () => void): () => void {
    const event: Event = { at: this.now + Math.max(0, Math.round(ms)), order: this.#order, run };
    this.#order += 1;
    this.#events.push(event);
    return () => {
      event.run = null;
    };
  }

  /** Makes the next event happen. False: there is none. */
  step(): boolean {
    for (let event = this.#events.pop(); event !== undefined; event = this.#events.pop()) {
      if (event.run === null) continue;
      this.now = Math.max(this.now, event.at);
      event.run();
      return true;
    }
    return false;
  }
}

/**
 * Puts virtual time in the place of this process's timers and clocks, so that nothing that the engine does by them can
 * decide anything. The returned function puts the real ones back.
 */
export function installVirtualTime(time: VirtualTime): () => void {
  const { setTimeout, clearTimeout } = globalThis;
  const performanceNow = performance.now;
  const dateNow = Date.now;
  const cancels = new WeakMap<object, () => void>();
  const start = time.now;
  const virtualTimeout = (callback: (...parameters: unknown[]) => void, ms = 0, ...parameters: unknown[]) => {
    const handle = { unref: () => handle, ref: () => handle, hasRef: () => false };
    cancels.set(
      handle,
      time.after(ms, () => callback(...parameters)),
    );
    return handle;
  };
  globalThis.setTimeout = virtualTimeout as unknown as typeof setTimeout;
  globalThis.clearTimeout = ((handle: unknown) => {
    if (typeof handle === 'object' && handle !== null) cancels.get(handle)?.();
  }) as typeof clearTimeout;
  performance.now = () => time.now - start;
  Date.now = () => time.now;
  return () => {
    globalThis.setTimeout = setTimeout;
    globalThis.clearTimeout = clearTimeout;
    performance.now = performanceNow;
    Date.now = dateNow;
  };
}
