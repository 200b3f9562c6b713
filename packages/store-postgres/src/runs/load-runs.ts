import type { EndedAttempt, LoadedRun, RunId, Wait, Work } from '@millrace/core';
import type { Database } from '../connections/database.ts';
import { readStatement } from '../connections/statement.ts';
import {
  type AttemptRow,
  decodeAttempt,
  decodeRun,
  decodeWait,
  decodeWork,
  type RunRow,
  type WaitRow,
  type WorkRow,
} from './run-rows.ts';

const loadRunRows = readStatement(import.meta.url, 'load-run-rows');
const loadAttempts = readStatement(import.meta.url, 'load-attempts');
const loadWork = readStatement(import.meta.url, 'load-work');
const loadWaits = readStatement(import.meta.url, 'load-waits');

/** All parts of the runs as they stood at one moment, in one round trip. */
export async function loadRuns(database: Database, ids: readonly RunId[]): Promise<readonly LoadedRun[]> {
  const distinct = [...new Set(ids)];
  if (distinct.length === 0) return [];
  const values = [distinct];
  const [runs, attempts, work, waits] = await database.snapshot<[RunRow[], AttemptRow[], WorkRow[], WaitRow[]]>([
    { statement: loadRunRows, values },
    { statement: loadAttempts, values },
    { statement: loadWork, values },
    { statement: loadWaits, values },
  ]);
  type Parts = { attempts: EndedAttempt[]; work: Work[]; waits: Wait[] };
  const parts = new Map<string, Parts>(runs.map((row) => [row.run, { attempts: [], work: [], waits: [] }]));
  for (const row of attempts) parts.get(row.run)?.attempts.push(decodeAttempt(row));
  for (const row of work) parts.get(row.run)?.work.push(decodeWork(row));
  for (const row of waits) parts.get(row.run)?.waits.push(decodeWait(row));
  const loaded = new Map(
    runs.map((row) => [
      row.run,
      { run: decodeRun(row), ...(parts.get(row.run) ?? { attempts: [], work: [], waits: [] }) },
    ]),
  );
  return distinct.map((id) => loaded.get(id)).filter((run) => run !== undefined);
}
