import type { ClaimedWork, WorkStore } from '@millrace/engine';
import type { Database } from '../connections/database.ts';
import { readStatement } from '../connections/statement.ts';
import type { LaneNumberBook } from '../names/lane-numbers.ts';
import { decodeOrigin, type OriginRow } from '../runs/run-facts.ts';
import { decodeTime, decodeWork, type WorkRow } from '../runs/run-rows.ts';

const claimWork = readStatement(import.meta.url, 'claim-work');
const heldWork = readStatement(import.meta.url, 'held-work');
const giveBackWork = readStatement(import.meta.url, 'give-back-work');

type ClaimedRow = WorkRow & OriginRow & Readonly<{ started_at: string | null; paused: boolean }>;

export function createWorkStore(database: Database, lanes: LaneNumberBook): WorkStore {
  return {
    async claim({ worker, lanes: wanted, limit }) {
      const numbers = await lanes.find(wanted);
      if (numbers.length === 0 || limit <= 0) return [];
      return (await database.query<ClaimedRow>(claimWork, [worker, numbers, limit])).map(decodeClaimed);
    },
    async giveBack(worker, refs) {
      if (refs.length === 0) return;
      await database.query(giveBackWork, [
        worker,
        refs.map(({ run }) => run),
        refs.map(({ step }) => step),
        refs.map(({ iteration }) => iteration),
        refs.map(({ item }) => item),
        refs.map(({ attempt }) => attempt),
      ]);
    },
    async heldBy(worker) {
      return (await database.query<ClaimedRow>(heldWork, [worker])).map(decodeClaimed);
    },
  };
}

const decodeClaimed = (row: ClaimedRow): ClaimedWork => ({
  origin: decodeOrigin(row),
  startedAt: decodeTime(row.started_at),
  paused: row.paused,
  work: decodeWork(row),
});
