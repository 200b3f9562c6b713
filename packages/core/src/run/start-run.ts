import { FaultError } from '../plan/expression-fault.ts';
import type { PreparedPlan } from '../plan/prepared-plan.ts';
import type { JsonObject } from '../values/json.ts';
import { advance } from './advance.ts';
import { beginRun, queueRun } from './begin-run.ts';
import { deciding, setHead } from './deciding.ts';
import type { Decision } from './decision.ts';
import { newLocalRun } from './local/launch-local-run.ts';
import type { Instant, RunOrigin } from './records.ts';
import { endUnbegunRun } from './refuse-run.ts';
import type { KeptResults } from './rerun/kept-results.ts';
import { newReplay } from './rerun/replay.ts';
import type { RunState, StepState } from './state.ts';

/**
 * Starts a run: its first steps are ready in the same decision, unless it has to queue for limits. `input` is checked
 * already (`checkInput`), and stored by the host with the run. `kept`: what a re-run takes over from the run before; one
 * that queues is given it again when it begins.
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
    queued: null,
    holds: [],
    ...freshSteps(plan),
    rounds: new Map(),
    failure: null,
    local: plan.localLane === null ? null : newLocalRun(),
  };
  const decision = deciding(plan, state, now);
  if (kept !== null) decision.replay = newReplay(kept);
  setHead(decision, {});
  try {
    if (!queueRun(decision)) beginRun(decision);
  } catch (error) {
    if (!(error instanceof FaultError)) throw error;
    endUnbegunRun(decision, 'failed', error.fault);
  }
  // Of a local run nothing moves here: a worker does that.
  if (state.local !== null && state.cancel === null) return { state, changes: decision.changes.toChanges() };
  return advance(decision);
}

/** The steps of a run of which nothing has begun; `first` is the number of their first iterations. */
export function freshSteps(
  plan: PreparedPlan,
  first = 0,
): Readonly<{ steps: StepState[]; unsettled: number; open: number }> {
  const steps = plan.plan.steps.map(
    ({ dependsOn }): StepState => ({
      unsettled: dependsOn.length,
      iterations: first,
      open: new Map(),
      ended: null,
      settled: false,
    }),
  );
  return { steps, unsettled: plan.plan.steps.filter((step) => step.entry === 'dependencies').length, open: 0 };
}
