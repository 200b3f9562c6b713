import type { EndedAttempt, RunId, RunRecord, Wait, Work } from '@millrace/core';
import type { RunSummary, StoredRun } from '@millrace/engine';
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
} from '../runs/run-rows.ts';
import { gather } from './gather.ts';
import { decodeSummary, type SummaryRow } from './run-summary.ts';

const readRuns = readStatement(import.meta.url, 'run-details');

type PartRow =
  | (RunRow & Readonly<{ part: 'run' }>)
  | (AttemptRow & Readonly<{ part: 'attempt' }>)
  | (WorkRow & Readonly<{ part: 'work' }>)
  | (WaitRow & Readonly<{ part: 'wait' }>)
  | (SummaryRow & Readonly<{ part: 'rerun'; rerun_of: string }>);

type Parts = { attempts: EndedAttempt[]; work: Work[]; waits: Wait[]; reruns: RunSummary[] };

/** Few enough to leave the engine some of its connections. */
const statementsAtOnce = 3;
const runsTogether = 16;

/**
 * Reads runs for people, by the engine's connections, which have the statement prepared: it finds its rows by their keys,
 * however many there are. `mostReruns` is the same for all.
 */
export function createRunDetails(database: Database): (id: RunId, mostReruns: number) => Promise<StoredRun | null> {
  const readers = new Map<number, (id: RunId) => Promise<StoredRun | null>>();
  return (id, mostReruns) => {
    let read = readers.get(mostReruns);
    if (read === undefined) {
      read = gather({ atOnce: statementsAtOnce, together: runsTogether }, (ids) => readAll(database, ids, mostReruns));
      readers.set(mostReruns, read);
    }
    return read(id);
  };
}

async function readAll(
  database: Database,
  ids: readonly RunId[],
  mostReruns: number,
): Promise<ReadonlyMap<RunId, StoredRun>> {
  const runs: RunRecord[] = [];
  const parts = new Map(ids.map((id): [string, Parts] => [id, { attempts: [], work: [], waits: [], reruns: [] }]));
  for (const row of await database.query<PartRow>(readRuns, [ids, mostReruns])) {
    switch (row.part) {
      case 'run':
        runs.push(decodeRun(row));
        break;
      case 'attempt':
        parts.get(row.run)?.attempts.push(decodeAttempt(row));
        break;
      case 'work':
        parts.get(row.run)?.work.push(decodeWork(row));
        break;
      case 'wait':
        parts.get(row.run)?.waits.push(decodeWait(row));
        break;
      case 'rerun':
        parts.get(row.rerun_of)?.reruns.push(decodeSummary(row));
        break;
    }
  }
  return new Map(
    runs.flatMap((run): readonly [RunId, StoredRun][] => {
      const own = parts.get(run.id);
      return own === undefined ? [] : [[run.id, { run, ...own }]];
    }),
  );
}
