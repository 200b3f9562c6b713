import { type Assignment, type AttemptResult, type Fault, type Json, unreachable } from '@millrace/core';
import type { StopReason } from './executor.ts';

/** A fault on its way up: thrown inside an executor, turned into a failed result at its top. Never leaves this package. */
export class StepFault extends Error {
  readonly fault: Fault;

  constructor(fault: Fault, cause?: unknown) {
    super(fault.message, cause === undefined ? undefined : { cause });
    this.name = 'StepFault';
    this.fault = fault;
  }
}

export const succeeded = (output: Json, startedAt: number): AttemptResult => ({
  status: 'succeeded',
  output,
  durationMs: elapsed(startedAt),
});

export const failed = (error: Fault, startedAt: number): AttemptResult => ({
  status: 'failed',
  error,
  durationMs: elapsed(startedAt),
});

/** How an attempt ended that was asked to stop. */
export function stopped(reason: StopReason, assignment: Assignment, startedAt: number): AttemptResult {
  const durationMs = elapsed(startedAt);
  switch (reason.kind) {
    case 'timed_out':
      return {
        status: 'timed_out',
        durationMs,
        error: {
          code: 'timeout',
          message: `Step ${assignment.stepName} was stopped after its time limit of ${assignment.timeoutMs} ms.`,
          hint: 'Raise `timeout` on the step or its action, or find out what the step was waiting for: see the end of its log.',
          details: { timeout_ms: assignment.timeoutMs },
        },
      };
    case 'cancelled':
      return {
        status: 'cancelled',
        durationMs,
        error: { code: 'cancelled', message: `Step ${assignment.stepName} was cancelled while it ran.` },
      };
    case 'lost':
      return {
        status: 'cancelled',
        durationMs,
        error: {
          code: 'lease_lost',
          message: `The worker lost its lease on step ${assignment.stepName} and stopped it.`,
        },
      };
    case 'worker_stopping':
      return {
        status: 'failed',
        durationMs,
        error: {
          code: 'worker_stopped',
          message: `The worker was stopped while step ${assignment.stepName} ran.`,
          hint: 'Give workers a longer grace at shutdown than the longest step takes, or let the step be retried.',
          retryable: true,
        },
      };
    default:
      return unreachable(reason.kind);
  }
}

/** `performance.now()` is monotonic, so a clock that jumps gives no negative durations. */
const elapsed = (startedAt: number): number => Math.max(0, Math.round(performance.now() - startedAt));
