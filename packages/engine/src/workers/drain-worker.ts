import { MillraceError, type WorkerId } from '@millrace/core';
import type { Dispatcher } from '../dispatch/dispatcher.ts';
import type { WorkerStore } from '../ports/worker-store.ts';

/**
 * Lets a worker get nothing new, or work again. What it holds goes on. The store keeps it, so every server learns of it with the
 * next renewal of the worker's lease; the one that is asked knows at once, and may still hand over what is just being committed.
 */
export function createDrainWorker(workers: WorkerStore, dispatcher: Dispatcher) {
  return async (id: WorkerId, draining: boolean): Promise<void> => {
    if (!(await workers.drain(id, draining))) {
      throw new MillraceError('not_found', `There is no worker ${id}.`, {
        hint: 'It may have ended. `millrace worker list` shows those that are there.',
      });
    }
    const connected = dispatcher.find(id);
    if (connected !== undefined) dispatcher.setDraining(connected, draining);
  };
}
