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
 * not renewed, so its lease runs out, and after the length of a lease this server forgets it: it is dead, or another server
 * looks after it. A worker that was reaped meanwhile must begin anew: it learns that nothing it runs is
 * its own any more. Also the safety net of the dispatcher: it looks for ready work in case every hint was lost.
 */
export function createLeaseLoop({ workers, clock, settings, dispatcher, onError }: LeaseLoopOptions): Loop {
  const pauseMs = Math.max(1, Math.floor(Math.min(settings.leaseMs / 4, settings.pollMs)));
  /**
   * Hints and answers may be lost, and a server that a worker has left may have leased work to it a moment before. So each
   * worker is compared with the store now and then, also one that holds nothing as far as this server knows.
   */
  const isDue = (worker: ConnectedWorker): boolean => {
    const now = clock.now();
    if (now - worker.comparedAt < compareMs) return false;
    worker.comparedAt = now;
    return true;
  };

  const forgetSilent = (): void => {
    const now = clock.now();
    for (const worker of [...dispatcher.workers()]) {
      const silent = !worker.heard && !worker.isListening();
      worker.silentTicks = silent ? worker.silentTicks + 1 : 0;
      if (!silent || worker.heardAt === null) worker.heardAt = now;
      else if (now - worker.heardAt > settings.leaseMs) dispatcher.disconnect(worker.description.id);
    }
  };

  return new Loop({
    name: 'leases',
    clock,
    pauseMs,
    onError,
    duty: async () => {
      forgetSilent();
      const heard = [...dispatcher.workers()].filter((worker) => worker.heard);
      if (heard.length > 0) {
        for (const worker of heard) worker.heard = worker.isListening();
        const ids = heard.map((worker) => worker.description.id);
        const before = new Map(heard.map((worker) => [worker, worker.draining]));
        const { alive, draining, cancelled } = await workers.renew(ids, settings.leaseMs);
        const living = new Set(alive);
        const drained = new Set(draining);
        for (const worker of heard) {
          // Another server may have been asked. What this one was asked meanwhile is newer than the answer.
          if (worker.draining === before.get(worker))
            dispatcher.setDraining(worker, drained.has(worker.description.id));
          if (!living.has(worker.description.id)) dispatcher.disconnect(worker.description.id);
          else if (worker.suspect || isDue(worker)) await dispatcher.reconcile(worker);
        }
        for (const { worker, ...ref } of cancelled) {
          const holder = dispatcher.find(worker);
          if (holder?.holds(ref) === true) holder.cancel(ref, { lost: false, force: false });
        }
      }
      dispatcher.lookSoon();
      return pauseMs;
    },
  });
}
