import { type RunStatus, runId } from '@millrace/core';
import type { RunStore } from '@millrace/engine';
import type { Database } from '../connections/database.ts';
import { readStatement } from '../connections/statement.ts';
import { loadRuns } from './load-runs.ts';
import { decodeOrigin, type OriginRow, startKeyInIndex } from './run-facts.ts';
import { RunIds } from './run-ids.ts';

const runOrigin = readStatement(import.meta.url, 'run-origin');
const runStatus = readStatement(import.meta.url, 'run-status');
const runStatuses = readStatement(import.meta.url, 'run-statuses');
const findByStartKey = readStatement(import.meta.url, 'find-by-start-key');
const liveChildren = readStatement(import.meta.url, 'live-children');

export function createRunStore(database: Database, commit: RunStore['commit']): RunStore {
  const ids = new RunIds(database);
  return {
    allocateIds: (count) => ids.allocate(count),
    commit,
    load: (wanted) => loadRuns(database, wanted),
    async origin(id) {
      const [row] = await database.query<OriginRow>(runOrigin, [id]);
      return row === undefined ? null : decodeOrigin(row);
    },
    async status(id) {
      const [row] = await database.query<{ status: RunStatus }>(runStatus, [id]);
      return row?.status ?? null;
    },
    async statuses(wanted) {
      if (wanted.length === 0) return new Map();
      const rows = await database.query<{ run: string; status: RunStatus }>(runStatuses, [wanted]);
      return new Map(rows.map(({ run, status }) => [runId(run), status]));
    },
    async findByStartKey(workspace, startKey) {
      const key = startKeyInIndex(workspace, startKey);
      const [row] = await database.query<{ run: string }>(findByStartKey, [key]);
      return row === undefined ? null : runId(row.run);
    },
    async liveChildren(parent) {
      const rows = await database.query<{ run: string }>(liveChildren, [parent]);
      return rows.map((row) => runId(row.run));
    },
  };
}
