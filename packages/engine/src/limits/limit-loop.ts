import type { LimitKey } from '@millrace/core';
import { Loop } from '../loops/loop.ts';
import type { Clock } from '../ports/clock.ts';
import type { SlotStore } from '../ports/slot-store.ts';
import type { Granter } from './granter.ts';

/** A verdict that was not acted on within this is told again. */
const untoldMs = 2_000;
/** Circles are looked for among requests that are older than this. */
const circleMs = 1_000;
const sweepMs = 60_000;
const batch = 200;

export type LimitLoopOptions = Readonly<{
  slots: SlotStore;
  granter: Granter;
  clock: Clock;
  pollMs: number;
  onError(error: unknown, where: string): void;
}>;

/**
 * The safety net of the slots: tells verdicts again, looks at keys that somebody waits for (some at each tick, in turn),
 * breaks circles, and now and then looks for slots whose holder is gone.
 */
export function createLimitLoop({ slots, granter, clock, pollMs, onError }: LimitLoopOptions): Loop {
  let after: string | null = null;
  let sweptAt = clock.now();

  const sweep = async (): Promise<void> => {
    if (clock.now() - sweptAt < sweepMs) return;
    sweptAt = clock.now();
    const orphans = await slots.sweep();
    const [first] = orphans;
    if (first === undefined) return;
    const text = `${orphans.length} slots had no holder, the first of run ${first.run}, step ${first.step}. They are free now.`;
    onError(new Error(text), 'slots');
  };

  return new Loop({
    name: 'limits',
    clock,
    pauseMs: pollMs,
    onError,
    duty: async () => {
      const verdicts = await slots.untold({ olderThanMs: untoldMs, limit: batch });
      await granter.tell({ verdicts, cancels: [] });
      const waiting: Readonly<{ keys: readonly LimitKey[]; next: string | null }> = await slots.waitingKeys({
        after,
        limit: batch,
      });
      after = waiting.next;
      granter.touch(waiting.keys);
      await granter.tell(await slots.untangle({ olderThanMs: circleMs }));
      await sweep();
      return verdicts.length === batch ? 0 : pollMs;
    },
  });
}
