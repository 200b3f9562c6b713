import { type AttemptRef, runId, type WorkerId, workerId } from '@millrace/core';
import type { ExpiredWorker, WorkerStore } from '@millrace/engine';
import type { Database } from '../connections/database.ts';
import { readStatement } from '../connections/statement.ts';

const registerWorker = readStatement(import.meta.url, 'register-worker');
const renewWorkers = readStatement(import.meta.url, 'renew-workers');
const expiredWorkers = readStatement(import.meta.url, 'expired-workers');
const removeWorker = readStatement(import.meta.url, 'remove-worker');
const drainWorker = readStatement(import.meta.url, 'drain-worker');
const resumeWorker = readStatement(import.meta.url, 'resume-worker');

/** How long the mark of a worker that is not there any more is kept. */
const forgottenMs = 7 * 24 * 60 * 60_000;

/** A worker, and one attempt that it holds; the attempt's columns are null together. */
type HeldRow = Readonly<{
  worker: string;
  run: string | null;
  step: number;
  iteration: number;
  item: number;
  attempt: number;
}>;

type RenewedRow = HeldRow & Readonly<{ draining: boolean }>;

export function createWorkerStore(database: Database): WorkerStore {
  return {
    async register(worker, leaseMs) {
      const [row] = await database.query<Readonly<{ draining: boolean }>>(registerWorker, [
        worker.id,
        JSON.stringify(worker),
        Math.round(leaseMs),
      ]);
      return { draining: row?.draining === true };
    },
    async renew(workers, leaseMs) {
      if (workers.length === 0) return { alive: [], draining: [], cancelled: [] };
      const rows = await database.query<RenewedRow>(renewWorkers, [[...workers], Math.round(leaseMs)]);
      const alive = [...new Set(rows.map((row) => workerId(row.worker)))];
      const draining = [...new Set(rows.filter((row) => row.draining).map((row) => workerId(row.worker)))];
      const cancelled = rows.flatMap((row) => attemptOf(row).map((ref) => ({ ...ref, worker: workerId(row.worker) })));
      return { alive, draining, cancelled };
    },
    async expired(limit) {
      const held = new Map<WorkerId, AttemptRef[]>();
      for (const row of await database.query<HeldRow>(expiredWorkers, [limit])) {
        const refs = held.get(workerId(row.worker)) ?? [];
        refs.push(...attemptOf(row));
        held.set(workerId(row.worker), refs);
      }
      return [...held].map(([worker, refs]): ExpiredWorker => ({ worker, held: refs }));
    },
    async remove(worker, { onlyExpired }) {
      return (await database.query(removeWorker, [worker, onlyExpired])).length > 0;
    },
    async drain(worker, draining) {
      const rows = draining
        ? await database.query(drainWorker, [worker, forgottenMs])
        : await database.query(resumeWorker, [worker]);
      return rows.length > 0;
    },
  };
}

function attemptOf({ run, step, iteration, item, attempt }: HeldRow): readonly AttemptRef[] {
  return run === null ? [] : [{ run: runId(run), step, iteration, item, attempt }];
}
