import type { RunControl, RunStatus } from '@millrace/core';
import type { RunSummary } from '@millrace/engine';
import { decodeOrigin, type OriginRow } from '../runs/run-facts.ts';
import { decodeFault, decodeTime } from '../runs/run-rows.ts';

/** A run in a list. `control` is that of a live run alone. */
export type SummaryRow = OriginRow &
  Readonly<{
    version: number;
    status: RunStatus;
    started_at: string | null;
    ended_at: string | null;
    error: string | null;
    created_at: string;
    control: string | null;
  }>;

export function decodeSummary(row: SummaryRow): RunSummary {
  const control = row.control === null ? null : (JSON.parse(row.control) as RunControl);
  return {
    ...decodeOrigin(row),
    status: row.status,
    startedAt: decodeTime(row.started_at),
    endedAt: decodeTime(row.ended_at),
    error: decodeFault(row.error),
    version: row.version,
    createdAt: Number(row.created_at),
    cancelling: control?.cancel !== undefined,
  };
}
