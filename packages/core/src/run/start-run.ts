import type { PlanStep } from '../plan/plan.ts';
import type { PreparedPlan } from '../plan/prepared-plan.ts';
import type { JsonObject } from '../values/json.ts';
import { advance } from './advance.ts';
import { deciding, runKey, setHead } from './deciding.ts';
import type { Decision } from './decision.ts';
import type { Instant, RunOrigin } from './records.ts';
import type { KeptResults } from './rerun/kept-results.ts';
import { newReplay } from './rerun/replay.ts';
import type { RunState, StepState } from './state.ts';

/**
 * Starts a run: its first steps are ready in the same decision. `input` is checked already (`checkInput`), and stored
 * by the host with the run. `kept`: what a re-run takes over from the run before.
 */
export function startRun(
  plan: PreparedPlan,
  origin: RunOrigin,
  input: JsonObject,
  now: Instant,
  kept: KeptResults | null = null,
): Decision {
  const state: RunState = {
    origin,
    input,
    head: { status: 'running', startedAt: now, endedAt: null, control: null, output: null, error: null },
    cancel: null,
    paused: null,
    pauses: null,
    hooks: [],
    vars: plan.plan.vars,
    ...freshSteps(plan),
    rounds: new Map(),
    failure: null,
  };
  const decision = deciding(plan, state, now);
  if (kept !== null) decision.replay = newReplay(kept);
  setHead(decision, {});
  const { timeoutMs } = plan.plan;
  if (timeoutMs !== null) {
    const dueAt = now + timeoutMs;
    decision.changes.setWait({ ...runKey, attempt: 0, kind: 'run_timeout', dueAt, document: null });
  }
  for (const step of plan.plan.steps) {
    if (startsByItself(plan, step)) decision.entering.push(step.index);
  }
  return advance(decision);
}

/** A step that nothing leads to; a loop that only the step itself leads to begins by itself, too. */
function startsByItself({ transitions }: PreparedPlan, { index, entry, dependsOn }: PlanStep): boolean {
  if (entry === 'dependencies') return dependsOn.length === 0;
  return transitions.sources(index).every((source) => source === index);
}

/** The steps of a run of which nothing has begun. */
export function freshSteps(plan: PreparedPlan): Readonly<{ steps: StepState[]; unsettled: number; open: number }> {
  const steps = plan.plan.steps.map(
    ({ dependsOn }): StepState => ({
      unsettled: dependsOn.length,
      iterations: 0,
      open: new Map(),
      ended: null,
      settled: false,
    }),
  );
  return { steps, unsettled: plan.plan.steps.filter((step) => step.entry === 'dependencies').length, open: 0 };
}
