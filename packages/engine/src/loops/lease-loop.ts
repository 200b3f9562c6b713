import type { ConnectedWorker } from '../dispatch/connected-worker.ts';
import type { Dispatcher } from '../dispatch/dispatcher.ts';
import type { Clock } from '../ports/clock.ts';
import type { WorkerStore } from '../ports/worker-store.ts';
import type { EngineSettings } from '../settings.ts';
import { Loop } from './loop.ts';

export type LeaseLoopOptions = Readonly<{
  workers: WorkerStore;
  clock: Clock;
  settings: EngineSettings;
  dispatcher: Dispatcher;
  onError(error: unknown, where: string): void;
}>;

const compareMs = 20_000;

/**
 * Renews, in one statement, the leases of all workers that were heard of since the last time. A worker that is silent is
 * not renewed, so its lease runs out. A worker that was reaped meanwhile must begin anew: it learns that nothing it runs is
 * its own any more. Also the safety net of the dispatcher: it looks for ready work in case every hint was lost.
 */
export function createLeaseLoop({ workers, clock, settings, dispatcher, onError }: LeaseLoopOptions): Loop {
  const pauseMs = Math.max(1, Math.floor(Math.min(settings.leaseMs / 4, settings.pollMs)));
  /** Hints between servers may be lost; so each worker that holds something is compared with the store now and then. */
  const isDue = (worker: ConnectedWorker): boolean => {
    const now = clock.now();
    if (worker.heldCount === 0 || now - worker.comparedAt < compareMs) return false;
    worker.comparedAt = now;
    return true;
  };

  return new Loop({
    name: 'leases',
    clock,
    pauseMs,
    onError,
    duty: async () => {
      const heard = [...dispatcher.workers()].filter((worker) => worker.heard);
      if (heard.length > 0) {
        for (const worker of heard) worker.heard = worker.isListening();
        const ids = heard.map((worker) => worker.description.id);
        const { alive, cancelled } = await workers.renew(ids, settings.leaseMs);
        const living = new Set(alive);
        for (const worker of heard) {
          if (!living.has(worker.description.id)) dispatcher.disconnect(worker.description.id);
          else if (worker.suspect || isDue(worker)) await dispatcher.reconcile(worker);
        }
        for (const { worker, ...ref } of cancelled) {
          const holder = dispatcher.find(worker);
          if (holder?.holds(ref) === true) holder.cancel(ref, { lost: false, force: false });
        }
      }
      dispatcher.lanes.suspectAll();
      dispatcher.claimSoon();
      return pauseMs;
    },
  });
}
