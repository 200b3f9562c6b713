import { runId } from '@millrace/core';
import type { DueWait, WaitStore } from '@millrace/engine';
import type { Database } from '../connections/database.ts';
import { readStatement } from '../connections/statement.ts';
import { compareIds } from '../runs/commit/collect-rows.ts';
import { decodeTime, type WaitRow } from '../runs/run-rows.ts';

const takeDueWaits = readStatement(import.meta.url, 'take-due-waits');
const discardWait = readStatement(import.meta.url, 'discard-wait');
const nextDueAt = readStatement(import.meta.url, 'next-due-at');

export function createWaitStore(database: Database): WaitStore {
  return {
    async takeDue({ limit, hideMs }) {
      const rows = await database.query<WaitRow>(takeDueWaits, [limit, Math.round(hideMs)]);
      return rows.map(decodeDue).sort(compareDue);
    },
    async discard({ run, step, iteration, item, kind, attempt, dueAt }) {
      await database.query(discardWait, [run, step, iteration, item, kind, attempt, dueAt]);
    },
    async nextDueAt() {
      const [row] = await database.query<{ at: string | null }>(nextDueAt, []);
      return decodeTime(row?.at ?? null);
    },
  };
}

function decodeDue(row: WaitRow): DueWait {
  const { step, iteration, item, attempt, kind } = row;
  return { run: runId(row.run), step, iteration, item, attempt, kind, dueAt: Number(row.due_at) };
}

const compareDue = (left: DueWait, right: DueWait): number =>
  left.dueAt - right.dueAt ||
  compareIds(left.run, right.run) ||
  left.step - right.step ||
  left.iteration - right.iteration ||
  left.item - right.item ||
  (left.kind < right.kind ? -1 : 1);
