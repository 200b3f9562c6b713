import { isoTimeOrNull, type RunStep } from '@millrace/api';
import type { ReusedStep, StepSummary } from '@millrace/core';
import { presentFault } from './present-fault.ts';

export function presentStep(step: StepSummary, reused: ReusedStep | null): RunStep {
  return {
    status: step.status,
    reason: step.reason,
    attempts: step.attempts,
    iterations: step.iterations ?? null,
    items: step.items === undefined ? null : { ...step.items },
    reused,
    output: step.output,
    error: presentFault(step.error),
    started_at: isoTimeOrNull(step.startedAt),
    ended_at: isoTimeOrNull(step.endedAt),
  };
}
