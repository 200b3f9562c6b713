import type { PreparedPlan } from '../plan/prepared-plan.ts';
import type { JsonObject } from '../values/json.ts';
import { planStep, stepState } from './deciding.ts';
import { earlierFailure, failureOf } from './failure.ts';
import { restoreLocalRun, rowsOfRound } from './local/restore-local-run.ts';
import type { EndedAttempt, LoadedRun, RunControl, StepKey, Wait, Work } from './records.ts';
import { endRowOf, restoreEnd, restoreOpen } from './restore-step.ts';
import { readRounds } from './run-control.ts';
import { endedPhase } from './settle-step.ts';
import { freshSteps } from './start-run.ts';
import type { RunState } from './state.ts';

/** The rows of one iteration of a step. */
export type StepRows = Readonly<{ attempts: EndedAttempt[]; work: Work[]; waits: Wait[] }>;

/** Derives the state from what a store keeps: exactly the state that the committed decisions led to. */
export function restoreState(plan: PreparedPlan, stored: LoadedRun): RunState {
  const { run } = stored;
  const control = (run.control === null ? {} : JSON.parse(run.control)) as RunControl;
  const { status, startedAt, endedAt, output, error } = run;
  const state: RunState = {
    origin: originOf(run),
    input: JSON.parse(run.input) as JsonObject,
    head: { status, startedAt, endedAt, control: run.control, output, error },
    cancel: control.cancel ?? null,
    paused: control.paused ?? null,
    pauses: control.pauses ?? null,
    hooks: control.hooks ?? [],
    vars: control.vars ?? plan.plan.vars,
    queued: stored.waits.find((wait) => wait.step === -1 && wait.kind === 'slots')?.document ?? null,
    holds: control.holds ?? [],
    ...freshSteps(plan, control.local?.first),
    rounds: readRounds(control),
    failure: control.failure ?? null,
    local: plan.localLane === null ? null : restoreLocalRun(control, stored),
  };
  const loaded = state.local === null ? stored : rowsOfRound(stored, state.local.first);
  const rows = groupRows(loaded);
  const settled = new Set(control.settled);
  // A step's end knows what failed before it, so steps are restored after those that they depend on.
  for (const step of plan.order) {
    const iterations = rows.get(step);
    if (iterations !== undefined) restoreIterations(plan, state, step, iterations);
    if (settled.has(step)) {
      stepState(state, step).settled = true;
      settleDependency(plan, state, step);
    }
  }
  return state;
}

function restoreIterations(plan: PreparedPlan, state: RunState, step: number, iterations: Iterations): void {
  const own = stepState(state, step);
  const { entry } = planStep(plan, step);
  let last: Readonly<{ row: EndedAttempt; rows: StepRows }> | null = null;
  for (const [iteration, rows] of iterations) {
    own.iterations = Math.max(own.iterations, iteration + 1);
    const row = endRowOf(rows);
    if (row === undefined) {
      own.open.set(iteration, restoreOpen(planStep(plan, step), rows));
      state.open += 1;
      if (entry === 'transitions') state.unsettled += 1;
    } else if (last === null || row.endedAt > last.row.endedAt) last = { row, rows };
  }
  if (last === null) return;
  own.ended = endedPhase(plan, state, step, restoreEnd(last.row, last.rows));
  if (entry === 'transitions') return;
  state.unsettled -= 1;
  if (!plan.transitions.any) state.failure = earlierFailure(state.failure, failureOf(plan, state, step, own.ended));
  settleDependency(plan, state, step);
}

function settleDependency(plan: PreparedPlan, state: RunState, step: number): void {
  for (const dependant of planStep(plan, step).dependants) stepState(state, dependant).unsettled -= 1;
}

function originOf(run: LoadedRun['run']): RunState['origin'] {
  const { id, workspace, workflow, revision, plan, trigger, parent, depth, startKey, tags, priority } = run;
  const { rerunOf, holds } = run;
  const origin = { id, workspace, workflow, revision, plan, trigger, parent, depth, startKey, tags, priority, rerunOf };
  return holds === undefined ? origin : { ...origin, holds };
}

/** By step, then by iteration. */
type Iterations = Map<number, StepRows>;

export function groupRows({ attempts, work, waits }: LoadedRun): ReadonlyMap<number, Iterations> {
  const groups = new Map<number, Iterations>();
  const group = ({ step, iteration }: StepKey): StepRows => {
    let iterations = groups.get(step);
    if (iterations === undefined) {
      iterations = new Map();
      groups.set(step, iterations);
    }
    let rows = iterations.get(iteration);
    if (rows === undefined) {
      rows = { attempts: [], work: [], waits: [] };
      iterations.set(iteration, rows);
    }
    return rows;
  };
  for (const attempt of attempts) group(attempt).attempts.push(attempt);
  for (const row of work) if (row.step >= 0) group(row).work.push(row);
  for (const wait of waits) if (wait.step >= 0) group(wait).waits.push(wait);
  return groups;
}
