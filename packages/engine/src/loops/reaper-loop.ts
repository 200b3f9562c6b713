import type { AttemptRef, WorkerId } from '@millrace/core';
import type { RunDriver } from '../commit/run-driver.ts';
import type { Dispatcher } from '../dispatch/dispatcher.ts';
import type { Clock } from '../ports/clock.ts';
import type { WorkerStore } from '../ports/worker-store.ts';
import { Loop } from './loop.ts';

const batch = 50;

export type ReaperLoopOptions = Readonly<{
  workers: WorkerStore;
  clock: Clock;
  reaperMs: number;
  driver(): RunDriver;
  dispatcher: Dispatcher;
  onError(error: unknown, where: string): void;
}>;

/**
 * Ends what dead workers held, so that it starts again elsewhere. Any server may reap any worker, several at once: each
 * lost attempt is a command like any other, and the second one is stale. A worker's row goes last, so a reaper that dies
 * in the middle is followed by another.
 */
export function createReaperLoop(options: ReaperLoopOptions): Loop {
  const { workers, clock, reaperMs, driver, dispatcher, onError } = options;

  const lose = async (worker: WorkerId, { run, ...key }: AttemptRef) => {
    const settled = await driver().send(run, { type: 'worker_lost', key, worker });
    if (settled.kind === 'failed') throw settled.error;
  };

  return new Loop({
    name: 'reaper',
    clock,
    pauseMs: reaperMs,
    onError,
    duty: async () => {
      const expired = await workers.expired(batch);
      for (const { worker, held } of expired) {
        await Promise.all(held.map((ref) => lose(worker, ref)));
        if (await workers.remove(worker, { onlyExpired: true })) dispatcher.disconnect(worker);
      }
      return expired.length === batch ? 0 : reaperMs;
    },
  });
}
