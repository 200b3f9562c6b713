import type {
  Assignment,
  Instant,
  JsonObject,
  LocalRunAssignment,
  PreparedPlan,
  RunOrigin,
  RunState,
  Work,
} from '@millrace/core';
import { assignmentOf } from '@millrace/core';
import type { EngineSettings } from '../settings.ts';
import { attemptRef } from './attempt-ref.ts';

/** What a worker can be given. */
export type AnyAssignment = Assignment | LocalRunAssignment;

/** Whether the work is to carry a whole run out, not a step of it. */
export const isLocalRun = (work: Pick<Work, 'step'>): boolean => work.step === -1;

/** One attempt as it is handed to a worker: what the plan says, what the work row holds, and the limits of this server. */
export function toAssignment(
  plan: PreparedPlan,
  origin: RunOrigin,
  startedAt: Instant | null,
  work: Work,
  settings: EngineSettings,
): Assignment {
  return assignmentOf(plan, { origin, head: { startedAt } }, work, limitsOf(plan, settings));
}

/** What a worker needs to carry a whole run out. `run` may be a `RunState`. */
export function toLocalRunAssignment(
  plan: PreparedPlan,
  origin: RunOrigin,
  run: Readonly<{ input: JsonObject; head: Pick<RunState['head'], 'startedAt'>; local: RunState['local'] }>,
  work: Work,
  now: Instant,
  settings: EngineSettings,
): LocalRunAssignment {
  const { id, workspace, workflow, revision, plan: hash, trigger, parent, depth } = origin;
  const { startKey, tags, priority, rerunOf } = origin;
  return {
    ...attemptRef(id, work),
    // An origin may be a whole record of a run, of which nothing else is the worker's matter.
    origin: {
      id,
      workspace,
      workflow,
      revision,
      plan: hash,
      trigger,
      parent,
      depth,
      startKey,
      tags,
      priority,
      rerunOf,
    },
    plan: plan.plan,
    input: run.input,
    startedAt: run.head.startedAt,
    first: run.local?.first ?? 0,
    now,
    limits: limitsOf(plan, settings),
  };
}

function limitsOf({ plan }: PreparedPlan, settings: EngineSettings): Assignment['limits'] {
  const { outputBytes, logBytes } = settings;
  return { outputBytes, logBytes, graceMs: plan.stopGraceMs ?? settings.graceMs };
}
