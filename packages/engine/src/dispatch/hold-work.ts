import type { WorkerId } from '@millrace/core';
import type { RunDriver } from '../commit/run-driver.ts';
import type { ClaimedWork } from '../ports/work-store.ts';

export type HoldWorkOptions = Readonly<{ driver: () => RunDriver; onError(error: unknown, where: string): void }>;

/**
 * Returns claimed work to its paused run. `not_held`: it goes on, so the work is the worker's. `unknown`: nobody knows whether
 * that was committed. Then no worker may hear of it: an attempt that is held keeps its number, and would be executed twice.
 */
export type HeldWork = 'held' | 'not_held' | 'unknown';

export function createHoldWork({ driver, onError }: HoldWorkOptions) {
  return async (worker: WorkerId, { origin, work }: ClaimedWork): Promise<HeldWork> => {
    const { step, item, iteration, attempt } = work;
    const key = { step, item, iteration, attempt };
    const settled = await driver().send(origin.id, { type: 'hold', key, worker });
    if (settled.kind === 'failed') {
      onError(settled.error, `work of paused run ${origin.id}`);
      return 'unknown';
    }
    // What is stale is not the worker's any more, and the others find out by the lease.
    const held =
      settled.kind === 'applied' || (settled.kind === 'rejected' && settled.rejection.code === 'stale_attempt');
    return held ? 'held' : 'not_held';
  };
}
