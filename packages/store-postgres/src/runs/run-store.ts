import { type RunId, type RunStatus, runId } from '@millrace/core';
import type { RunStore } from '@millrace/engine';
import type { Database } from '../connections/database.ts';
import { gather } from '../connections/gather.ts';
import { readStatement } from '../connections/statement.ts';
import { loadRuns } from './load-runs.ts';
import { decodeOrigin, type OriginRow, startKeyInIndex } from './run-facts.ts';
import { RunIds } from './run-ids.ts';

const runOrigin = readStatement(import.meta.url, 'run-origin');
const runStatuses = readStatement(import.meta.url, 'run-statuses');
const findByStartKey = readStatement(import.meta.url, 'find-by-start-key');
const liveChildren = readStatement(import.meta.url, 'live-children');

export function createRunStore(database: Database, commit: RunStore['commit']): RunStore {
  const ids = new RunIds(database);
  const statuses = async (wanted: readonly RunId[]): Promise<ReadonlyMap<RunId, RunStatus>> => {
    if (wanted.length === 0) return new Map();
    const rows = await database.query<{ run: string; status: RunStatus }>(runStatuses, [wanted]);
    return new Map(rows.map(({ run, status }) => [runId(run), status]));
  };
  return {
    allocateIds: (count) => ids.allocate(count),
    commit,
    load: (wanted) => loadRuns(database, wanted),
    async origin(id) {
      const [row] = await database.query<OriginRow>(runOrigin, [id]);
      return row === undefined ? null : decodeOrigin(row);
    },
    // Everybody who waits for a run asks.
    status: gather({ atOnce: 2, together: 500 }, statuses),
    statuses,
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
