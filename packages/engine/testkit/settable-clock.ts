import type { Clock } from '../src/ports/index.ts';

export type SettableClock = Clock &
  Readonly<{
    /** Moves time on and calls what becomes due on the way, each at its own time, in order. */
    advance(ms: number): void;
    /** Calls that are still to come. */
    pending(): number;
  }>;

/** A clock that stands until a test moves it. */
export function createSettableClock(start = 1_800_000_000_000): SettableClock {
  type Call = Readonly<{ at: number; order: number; callback: () => void }>;
  let now = start;
  let order = 0;
  const calls = new Set<Call>();
  const next = (until: number): Call | null => {
    let first: Call | null = null;
    for (const call of calls) {
      if (call.at > until) continue;
      if (first === null || call.at < first.at || (call.at === first.at && call.order < first.order)) first = call;
    }
    return first;
  };
  return {
    now: () => now,
    after(ms, callback) {
      const call = { at: now + Math.max(0, ms), order: order++, callback };
      calls.add(call);
      return () => void calls.delete(call);
    },
    advance(ms) {
      const until = now + ms;
      for (let call = next(until); call !== null; call = next(until)) {
        calls.delete(call);
        now = Math.max(now, call.at);
        call.callback();
      }
      now = until;
    },
    pending: () => calls.size,
  };
}
