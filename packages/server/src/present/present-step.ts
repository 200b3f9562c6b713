import { isoTimeOrNull, type RunStep } from '@millrace/api';
import type { StepSummary } from '@millrace/core';
import { presentFault } from './present-fault.ts';

export function presentStep(step: StepSummary): RunStep {
  return {
    status: step.status,
    reason: step.reason,
    attempts: step.attempts,
    iterations: step.iterations ?? null,
    items: step.items === undefined ? null : { ...step.items },
    output: step.output,
    error: presentFault(step.error),
    started_at: isoTimeOrNull(step.startedAt),
    ended_at: isoTimeOrNull(step.endedAt),
  };
}
