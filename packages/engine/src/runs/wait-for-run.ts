import { isRunEnd, type RunEndStatus, type RunId } from '@millrace/core';
import type { Clock } from '../ports/clock.ts';
import type { Store } from '../ports/store.ts';
import { runNotFound } from './run-not-found.ts';
import type { RunWaiters } from './run-waiters.ts';

/** Looks by itself as well, should the hint of another server be lost. */
const pollMs = 2_000;

/** Waits for a run's end, and tells how it ended. null: the time is over or the caller left. */
export function createWaitForRun(store: Store, waiters: RunWaiters, clock: Clock) {
  return async (
    run: RunId,
    { signal, timeoutMs }: Readonly<{ signal?: AbortSignal; timeoutMs?: number }> = {},
  ): Promise<RunEndStatus | null> => {
    const deadline = timeoutMs === undefined ? Number.POSITIVE_INFINITY : clock.now() + timeoutMs;
    for (;;) {
      const changed = nextChange(run, Math.min(pollMs, Math.max(0, deadline - clock.now())), signal);
      try {
        const status = await store.runs.status(run);
        if (status === null) throw runNotFound(run);
        if (isRunEnd(status)) return status;
        if (clock.now() >= deadline || signal?.aborted === true) return null;
        const ended = await changed.promise;
        if (ended !== undefined) return ended;
      } finally {
        changed.stop();
      }
    }
  };

  /** Listens before the caller reads, so that a change in between is not missed. */
  function nextChange(run: RunId, ms: number, signal: AbortSignal | undefined) {
    const { promise, resolve } = Promise.withResolvers<RunEndStatus | undefined>();
    const stopWaiting = waiters.add(run, resolve);
    const left = () => resolve(undefined);
    const cancelTimer = clock.after(ms, left);
    signal?.addEventListener('abort', left);
    const stop = () => {
      stopWaiting();
      cancelTimer();
      signal?.removeEventListener('abort', left);
    };
    return { promise, stop };
  }
}
