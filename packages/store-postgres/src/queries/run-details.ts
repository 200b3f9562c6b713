import { type EndedAttempt, type RunId, type RunRecord, runId, type Wait, type Work } from '@millrace/core';
import type { RunSummary, StoredRun } from '@millrace/engine';
import type { Database } from '../connections/database.ts';
import { gather } from '../connections/gather.ts';
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
} from '../runs/run-rows.ts';
import { decodeSummary, type SummaryRow } from './run-summary.ts';

const readRuns = readStatement(import.meta.url, 'run-details');

type PartRow =
  | (RunRow & Readonly<{ part: 'run' }>)
  | (AttemptRow & Readonly<{ part: 'attempt' }>)
  | (WorkRow & Readonly<{ part: 'work' }>)
  | (WaitRow & Readonly<{ part: 'wait' }>)
  | (SummaryRow & Readonly<{ part: 'rerun'; rerun_of: string }>);

/** Few enough to leave the engine some of its connections. */
const statementsAtOnce = 3;
const runsTogether = 16;

/**
 * Reads runs for people, by the engine's connections, which have the statement prepared: it finds its rows by their keys,
 * however many there are.
 */
export function createRunDetails(database: Database): (id: RunId, mostReruns: number) => Promise<StoredRun | null> {
  const readers = new Map<number, (id: RunId) => Promise<readonly PartRow[] | null>>();
  return async (id, mostReruns) => {
    let read = readers.get(mostReruns);
    if (read === undefined) {
      read = gather({ atOnce: statementsAtOnce, together: runsTogether }, (ids) => readRows(database, ids, mostReruns));
      readers.set(mostReruns, read);
    }
    // Rows that cannot be understood are the failure of their own run, and of none that was read with it.
    return decodeRows((await read(id)) ?? []);
  };
}

async function readRows(
  database: Database,
  ids: readonly RunId[],
  mostReruns: number,
): Promise<ReadonlyMap<RunId, readonly PartRow[]>> {
  const rows = await database.query<PartRow>(readRuns, [ids, mostReruns]);
  return Map.groupBy(rows, (row) => runId(row.part === 'rerun' ? row.rerun_of : row.run));
}

function decodeRows(rows: readonly PartRow[]): StoredRun | null {
  let run: RunRecord | null = null;
  const attempts: EndedAttempt[] = [];
  const work: Work[] = [];
  const waits: Wait[] = [];
  const reruns: RunSummary[] = [];
  for (const row of rows) {
    switch (row.part) {
      case 'run':
        run = decodeRun(row);
        break;
      case 'attempt':
        attempts.push(decodeAttempt(row));
        break;
      case 'work':
        work.push(decodeWork(row));
        break;
      case 'wait':
        waits.push(decodeWait(row));
        break;
      case 'rerun':
        reruns.push(decodeSummary(row));
        break;
    }
  }
  return run === null ? null : { run, attempts, work, waits, reruns };
}
