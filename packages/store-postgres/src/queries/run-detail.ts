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
import { decodeSummary, type SummaryRow } from './run-summary.ts';

const readRun = readStatement(import.meta.url, 'run-detail');

type PartRow =
  | (RunRow & Readonly<{ part: 'run' }>)
  | (AttemptRow & Readonly<{ part: 'attempt' }>)
  | (WorkRow & Readonly<{ part: 'work' }>)
  | (WaitRow & Readonly<{ part: 'wait' }>)
  | (SummaryRow & Readonly<{ part: 'rerun' }>);

/** By the engine's connections, which have the statement prepared: it reads one run by its keys, however many there are. */
export async function runDetail(database: Database, id: RunId, mostReruns: number): Promise<StoredRun | null> {
  let run: RunRecord | null = null;
  const attempts: EndedAttempt[] = [];
  const work: Work[] = [];
  const waits: Wait[] = [];
  const reruns: RunSummary[] = [];
  for (const row of await database.query<PartRow>(readRun, [id, mostReruns])) {
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
