import type { PreparedPlan } from '../plan/prepared-plan.ts';
import type { JsonObject } from '../values/json.ts';
import { planStep, stepState } from './deciding.ts';
import type { EndedAttempt, LoadedRun, RunControl, Wait, Work } from './records.ts';
import { restoreStep } from './restore-step.ts';
import { earlierFailure, endedPhase, failureOf } from './settle-step.ts';
import type { RunState } from './state.ts';

/** The rows of one step. */
export type StepRows = Readonly<{ attempts: EndedAttempt[]; work: Work[]; waits: Wait[] }>;

/** Derives the state from what a store keeps: exactly the state that the committed decisions led to. */
export function restoreState(plan: PreparedPlan, loaded: LoadedRun): RunState {
  const { run } = loaded;
  const control = (run.control === null ? {} : JSON.parse(run.control)) as RunControl;
  const { status, startedAt, endedAt, output, error } = run;
  const state: RunState = {
    origin: originOf(run),
    input: JSON.parse(run.input) as JsonObject,
    head: { status, startedAt, endedAt, control: run.control, output, error },
    cancel: control.cancel ?? null,
    vars: control.vars ?? plan.plan.vars,
    steps: plan.plan.steps.map((step) => ({ unsettled: step.dependsOn.length, phase: { kind: 'pending' } })),
    unsettled: plan.plan.steps.length,
    failure: null,
  };
  const rows = groupRows(loaded);
  // A step's end knows what failed before it, so steps are restored after those that they depend on.
  for (const step of plan.order) {
    const own = rows.get(step);
    if (own !== undefined) settleRestored(plan, state, step, own);
  }
  return state;
}

function settleRestored(plan: PreparedPlan, state: RunState, step: number, rows: StepRows): void {
  const restored = restoreStep(planStep(plan, step), rows);
  if (restored.kind !== 'ended') {
    stepState(state, step).phase = restored;
    return;
  }
  const ended = endedPhase(plan, state, step, restored);
  stepState(state, step).phase = ended;
  state.unsettled -= 1;
  state.failure = earlierFailure(state.failure, failureOf(plan, step, ended));
  for (const dependant of planStep(plan, step).dependants) stepState(state, dependant).unsettled -= 1;
}

function originOf(run: LoadedRun['run']): RunState['origin'] {
  const { id, workspace, workflow, revision, plan, trigger, parent, depth, startKey, tags, priority } = run;
  return { id, workspace, workflow, revision, plan, trigger, parent, depth, startKey, tags, priority };
}

function groupRows({ attempts, work, waits }: LoadedRun): ReadonlyMap<number, StepRows> {
  const groups = new Map<number, StepRows>();
  const group = (step: number): StepRows => {
    let rows = groups.get(step);
    if (rows === undefined) {
      rows = { attempts: [], work: [], waits: [] };
      groups.set(step, rows);
    }
    return rows;
  };
  for (const attempt of attempts) group(attempt.step).attempts.push(attempt);
  for (const row of work) group(row.step).work.push(row);
  for (const wait of waits) if (wait.step >= 0) group(wait.step).waits.push(wait);
  return groups;
}
