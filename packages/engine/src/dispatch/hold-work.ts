import type { WorkerId } from '@millrace/core';
import type { RunDriver } from '../commit/run-driver.ts';
import type { ClaimedWork } from '../ports/work-store.ts';

export type HoldWorkOptions = Readonly<{ driver: () => RunDriver; onError(error: unknown, where: string): void }>;

/**
 * Returns claimed work to its paused run. When nobody knows whether that was committed, the work stays the worker's, as its
 * lease says: a lease that nobody attends to would keep it from everybody.
 */
export function createHoldWork({ driver, onError }: HoldWorkOptions) {
  return async (worker: WorkerId, { origin, work }: ClaimedWork): Promise<boolean> => {
    const { step, item, iteration, attempt } = work;
    const key = { step, item, iteration, attempt };
    const settled = await driver().send(origin.id, { type: 'hold', key, worker });
    if (settled.kind === 'failed') onError(settled.error, `work of paused run ${origin.id}`);
    // What is stale is not the worker's any more, and the others find out by the lease.
    return settled.kind === 'applied' || (settled.kind === 'rejected' && settled.rejection.code === 'stale_attempt');
  };
}
