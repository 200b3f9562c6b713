import { isoTime, isoTimeOrNull, type LatestRun, type Run, type RunSummary } from '@millrace/api';
import { hideFields, isRunEnd, type RunControl, type RunRecord, secretFields } from '@millrace/core';
import type { RunDetail, LatestRun as StoredLatestRun, RunSummary as StoredSummary } from '@millrace/engine';
import { presentInput } from './input-schema.ts';
import { presentFault } from './present-fault.ts';
import { presentGraph } from './present-graph.ts';
import { presentHookCall } from './present-hook-call.ts';
import { presentRerunOf } from './present-rerun.ts';
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
    rerun_of: presentRerunOf(run.rerunOf),
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

export const presentLatestRun = ({ id, status, createdAt, startedAt, endedAt }: StoredLatestRun): LatestRun => ({
  id,
  status,
  created_at: isoTime(createdAt),
  started_at: isoTimeOrNull(startedAt),
  ended_at: isoTimeOrNull(endedAt),
});

export function presentRun(detail: RunDetail, options: Readonly<{ plan?: boolean }> = {}): Run {
  const control = controlOf(detail.run);
  const cancelling = control.cancel !== undefined && !isRunEnd(detail.run.status);
  return {
    ...presentSummary({ ...detail.run, cancelling }),
    input: hideFields(detail.input, secretFields(detail.plan.input)),
    output: detail.output,
    variables: control.vars ?? {},
    hooks: detail.hooks.map(presentHookCall),
    paused: presentPause(control.paused),
    steps: Object.fromEntries(
      Object.entries(detail.steps).map(([name, step]) => [name, presentStep(step, detail.reused[name] ?? null)]),
    ),
    reruns: detail.reruns.map(({ id, status, createdAt }) => ({ run: id, status, created_at: isoTime(createdAt) })),
    ...(options.plan === true ? { graph: presentGraph(detail.plan), input_form: presentInput(detail.plan.input) } : {}),
  };
}

const controlOf = ({ control }: RunRecord): RunControl => (control === null ? {} : (JSON.parse(control) as RunControl));

function presentPause(paused: RunControl['paused']): Run['paused'] {
  if (paused === undefined) return null;
  const { at, by, reason, withParent } = paused;
  return { at: isoTime(at), by, reason, with_parent: withParent === true };
}
