import type { Assignment, Instant, PreparedPlan, RunOrigin, Work } from '@millrace/core';
import { assignmentOf } from '@millrace/core';
import type { EngineSettings } from '../settings.ts';

/** One attempt as it is handed to a worker: what the plan says, what the work row holds, and the limits of this server. */
export function toAssignment(
  plan: PreparedPlan,
  origin: RunOrigin,
  startedAt: Instant | null,
  work: Work,
  settings: EngineSettings,
): Assignment {
  const { outputBytes, logBytes } = settings;
  const graceMs = plan.plan.stopGraceMs ?? settings.graceMs;
  return { ...assignmentOf(plan, { origin, head: { startedAt } }, work), limits: { outputBytes, logBytes, graceMs } };
}
