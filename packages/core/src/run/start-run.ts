import type { PreparedPlan } from '../plan/prepared-plan.ts';
import type { JsonObject } from '../values/json.ts';
import { advance } from './advance.ts';
import { deciding, runKey, setHead } from './deciding.ts';
import type { Decision } from './decision.ts';
import type { Instant, RunOrigin } from './records.ts';
import type { RunState } from './state.ts';

/**
 * Starts a run: its first steps are ready in the same decision. `input` is checked already (`checkInput`), and stored
 * by the host with the run.
 */
export function startRun(plan: PreparedPlan, origin: RunOrigin, input: JsonObject, now: Instant): Decision {
  const state: RunState = {
    origin,
    input,
    head: { status: 'running', startedAt: now, endedAt: null, control: null, output: null, error: null },
    cancel: null,
    vars: plan.plan.vars,
    steps: plan.plan.steps.map((step) => ({ unsettled: step.dependsOn.length, phase: { kind: 'pending' } })),
    unsettled: plan.plan.steps.length,
    failure: null,
  };
  const decision = deciding(plan, state, now);
  setHead(decision, {});
  const { timeoutMs } = plan.plan;
  if (timeoutMs !== null) {
    const dueAt = now + timeoutMs;
    decision.changes.setWait({ ...runKey, attempt: 0, kind: 'run_timeout', dueAt, document: null });
  }
  for (const step of plan.plan.steps) if (step.dependsOn.length === 0) decision.entering.push(step.index);
  return advance(decision);
}
