import type { Fault, ItemsSummary, Json, StepSummary } from '@millrace/core';
import type { RunDetail } from '@millrace/engine';

/**
 * The one document of `millrace run --json`. Scripts rely on its form: keys are added, never changed or removed. For a
 * step that ran several iterations the last one stands; for a for-each step `output` is the list.
 */
export type RunDocument = Readonly<{
  run: Readonly<{
    id: string;
    workflow: string;
    status: string;
    output: Json;
    error: Readonly<{ code: string; message: string }> | null;
    started_at: string | null;
    finished_at: string | null;
  }>;
  steps: Readonly<Record<string, StepDocument>>;
  /** Hooks that it called; absent when there were none. */
  hooks?: readonly Readonly<{ hook: string; action: string; status: string | null; error: Fault | null }>[];
}>;

type StepDocument = Readonly<{
  status: string;
  reason: string | null;
  output: Json;
  error: Fault | null;
  attempts: number;
  /** How often a step that is entered by transitions ran; the rest tells the last time. */
  iterations?: number;
  /** How the items of a for-each step ended. */
  items?: ItemsSummary;
}>;

const timeOf = (instant: number | null): string | null => (instant === null ? null : new Date(instant).toISOString());

export function runDocument(detail: RunDetail): RunDocument {
  const { run } = detail;
  const steps = Object.fromEntries(Object.entries(detail.steps).map(([name, step]) => [name, stepDocument(step)]));
  return {
    run: {
      id: run.id,
      workflow: run.workflow,
      status: run.status,
      output: detail.output,
      error: run.error,
      started_at: timeOf(run.startedAt),
      finished_at: timeOf(run.endedAt),
    },
    steps,
    ...(detail.hooks.length === 0
      ? {}
      : { hooks: detail.hooks.map(({ hook, action, status, error }) => ({ hook, action, status, error })) }),
  };
}

function stepDocument(step: StepSummary): StepDocument {
  const { status, reason, output, error, attempts, iterations, items } = step;
  return {
    status,
    reason,
    output,
    error,
    attempts,
    ...(iterations === undefined ? {} : { iterations }),
    ...(items === undefined ? {} : { items }),
  };
}
