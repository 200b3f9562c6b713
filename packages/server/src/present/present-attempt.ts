import { type Attempt, isoTimeOrNull } from '@millrace/api';
import type { AttemptDetail } from '@millrace/engine';
import { presentFault } from './present-fault.ts';

/** Inputs and outputs may be large, so lists leave them out. */
export function presentAttempt(detail: AttemptDetail, withValues: boolean): Attempt {
  const { step, item, iteration, attempt, status, reason, worker } = detail;
  return {
    step,
    item,
    iteration,
    attempt,
    status,
    reason,
    ready_at: isoTimeOrNull(detail.readyAt),
    started_at: isoTimeOrNull(detail.startedAt),
    ended_at: isoTimeOrNull(detail.endedAt),
    worker,
    waits_for: detail.waitsFor,
    due_at: isoTimeOrNull(detail.dueAt),
    input: withValues ? detail.input : null,
    output: withValues ? detail.output : null,
    error: presentFault(detail.error),
  };
}
