import type { AttemptRef, WorkerId } from '@millrace/core';
import type { ExpiredWorker, WorkerStore } from '../ports/index.ts';
import type { MemoryState } from './memory-state.ts';
import { attemptRefsOf, refOf } from './work-store.ts';

export function createWorkerStore(state: MemoryState): WorkerStore {
  return {
    async register(worker, leaseMs) {
      const now = state.now();
      const known = state.workers.get(worker.id);
      state.workers.set(worker.id, {
        worker,
        leaseUntil: now + leaseMs,
        registeredAt: known?.registeredAt ?? now,
      });
      return { draining: state.draining.has(worker.id) };
    },
    async renew(workers, leaseMs) {
      const leaseUntil = state.now() + leaseMs;
      const alive: WorkerId[] = [];
      const cancelled: (AttemptRef & Readonly<{ worker: WorkerId }>)[] = [];
      for (const worker of new Set(workers)) {
        const known = state.workers.get(worker);
        if (known === undefined) continue;
        known.leaseUntil = leaseUntil;
        alive.push(worker);
        for (const entry of state.cancelled.get(worker) ?? []) cancelled.push({ ...refOf(entry), worker });
      }
      return { alive, draining: alive.filter((worker) => state.draining.has(worker)), cancelled };
    },
    async expired(limit) {
      const now = state.now();
      const workers = [...state.workers.values()]
        .filter((entry) => entry.leaseUntil <= now)
        .sort((left, right) => left.leaseUntil - right.leaseUntil || (left.worker.id < right.worker.id ? -1 : 1))
        .map((entry) => entry.worker.id);
      // Work whose holder was removed at the moment it was leased: nobody renews that lease, so it is over.
      const unknown = [...state.held.keys()].filter((worker) => !state.workers.has(worker)).sort();
      return [...workers, ...unknown]
        .slice(0, limit)
        .map((worker): ExpiredWorker => ({ worker, held: attemptRefsOf(state, worker) }));
    },
    async remove(worker, { onlyExpired }) {
      const known = state.workers.get(worker);
      if (known === undefined || state.held.has(worker)) return false;
      if (onlyExpired && known.leaseUntil > state.now()) return false;
      if (!onlyExpired) state.draining.delete(worker);
      return state.workers.delete(worker);
    },
    async drain(worker, draining) {
      const known = state.workers.has(worker);
      if (!draining) state.draining.delete(worker);
      else if (known && !state.draining.has(worker)) state.draining.set(worker, state.now());
      return known;
    },
  };
}
