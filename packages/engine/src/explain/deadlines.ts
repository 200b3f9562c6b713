import { type Explaining, planStep } from './explaining.ts';
import type { Deadline } from './explanation.ts';
import { findWait, type Moving, type StepRows } from './run-rows.ts';

export function runDeadlines({ runWaits }: Explaining): readonly Deadline[] {
  return runWaits.flatMap(({ kind, dueAt }) =>
    kind === 'run_timeout' && dueAt !== null ? [{ kind: 'run_timeout', at: dueAt } as const] : [],
  );
}

/** Of a step or item, with those of what it belongs to; the first to come stands first. */
export function deadlinesOf(explaining: Explaining, rows: StepRows | null, moving: Moving | null): readonly Deadline[] {
  const deadlines = [...runDeadlines(explaining)];
  const step = rows === null ? null : findWait(rows, 'step_timeout');
  if (step?.dueAt != null) deadlines.push({ kind: 'step_timeout', at: step.dueAt });
  if (rows !== null && moving?.kind === 'work') {
    const { item, worker, leasedAt } = moving.row;
    const queue = findWait(rows, 'queue_timeout', item)?.dueAt ?? null;
    if (worker === null && queue !== null) deadlines.push({ kind: 'queue_timeout', at: queue });
    const { timeoutMs } = planStep(explaining, rows.step);
    if (leasedAt !== null && timeoutMs !== null) deadlines.push({ kind: 'attempt_timeout', at: leasedAt + timeoutMs });
  }
  if (moving?.kind === 'slots' && moving.row.dueAt !== null) {
    deadlines.push({ kind: 'queue_timeout', at: moving.row.dueAt });
  }
  return deadlines.sort((left, right) => left.at - right.at);
}
