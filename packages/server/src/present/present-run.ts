import { isoTime, isoTimeOrNull, type Run, type RunSummary } from '@millrace/api';
import { isRunEnd, type RunControl, type RunRecord } from '@millrace/core';
import type { RunDetail, RunSummary as StoredSummary } from '@millrace/engine';
import { presentFault } from './present-fault.ts';
import { presentGraph } from './present-graph.ts';
import { presentStep } from './present-step.ts';

export function presentSummary(run: StoredSummary): RunSummary {
  return {
    id: run.id,
    workspace: run.workspace,
    workflow: run.workflow,
    revision: run.revision,
    plan: run.plan,
    status: run.status,
    cancelling: run.cancelling,
    error: presentFault(run.error),
    trigger: run.trigger,
    parent:
      run.parent === null
        ? null
        : {
            run: run.parent.run,
            step_index: run.parent.step,
            item: run.parent.item,
            iteration: run.parent.iteration,
            attempt: run.parent.attempt,
          },
    depth: run.depth,
    tags: [...run.tags],
    priority: run.priority,
    idempotency_key: run.startKey,
    created_at: isoTime(run.createdAt),
    started_at: isoTimeOrNull(run.startedAt),
    ended_at: isoTimeOrNull(run.endedAt),
    version: run.version,
  };
}

export function presentRun(detail: RunDetail, options: Readonly<{ plan?: boolean }> = {}): Run {
  return {
    ...presentSummary({ ...detail.run, cancelling: isCancelling(detail.run) }),
    input: detail.input,
    output: detail.output,
    steps: Object.fromEntries(Object.entries(detail.steps).map(([name, step]) => [name, presentStep(step)])),
    ...(options.plan === true ? { graph: presentGraph(detail.plan) } : {}),
  };
}

function isCancelling(run: RunRecord): boolean {
  if (run.control === null || isRunEnd(run.status)) return false;
  return (JSON.parse(run.control) as RunControl).cancel !== undefined;
}
