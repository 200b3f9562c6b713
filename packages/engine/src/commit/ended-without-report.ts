import type { EndedAttempt } from '@millrace/core';

/**
 * Whether an attempt may have been ended over its worker's head (forced cancel, step timeout, lost worker), so that a
 * worker that still runs it must be told. Attempts that succeeded or failed were reported by their worker.
 */
export const endedWithoutReport = (attempt: EndedAttempt): boolean =>
  attempt.attempt > 0 &&
  (attempt.status === 'cancelled' || attempt.status === 'timed_out' || attempt.reason === 'worker_lost');
