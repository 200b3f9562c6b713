import type { Posted } from '../commit/run-driver.ts';
import type { Clock } from '../ports/clock.ts';
import type { OutboxStore } from '../ports/outbox-store.ts';
import type { Store } from '../ports/store.ts';
import { Loop } from './loop.ts';

const batch = 200;
const olderThanMs = 5_000;
const hideMs = 30_000;

export type OutboxLoopOptions = Readonly<{
  outbox: OutboxStore;
  runs: Store['runs'];
  clock: Clock;
  pollMs: number;
  deliver(posted: Posted): Promise<void>;
  onError(error: unknown, where: string): void;
}>;

/** Delivers messages whose server died, or could not deliver, after it committed them. */
export function createOutboxLoop({ outbox, runs, clock, pollMs, deliver, onError }: OutboxLoopOptions): Loop {
  return new Loop({
    name: 'outbox',
    clock,
    pauseMs: pollMs,
    onError,
    duty: async () => {
      const messages = await outbox.takeOld({ olderThanMs, hideMs, limit: batch });
      const senders = new Map(
        (await runs.load([...new Set(messages.map(({ run }) => run))])).map((r) => [r.run.id, r]),
      );
      await Promise.all(
        messages.map(async ({ key, run, message }) => {
          const sender = senders.get(run);
          if (sender === undefined) await outbox.remove([key]);
          else await deliver({ key, message, origin: sender.run });
        }),
      );
      return messages.length === batch ? 0 : pollMs;
    },
  });
}
