import type { PlanStep } from '../plan/plan.ts';
import type { PreparedPlan } from '../plan/prepared-plan.ts';
import type { RunId } from '../values/ids.ts';
import { escapePointer } from '../values/json-pointer.ts';
import { ChangeSet } from './change-set.ts';
import type { Fault } from './fault.ts';
import type { Instant, RunHead, StepKey } from './records.ts';
import type { Replay } from './rerun/replay.ts';
import type { EndedPhase, RunState, StepState } from './state.ts';

/** One decision while it is made. */
export type Deciding = {
  readonly plan: PreparedPlan;
  readonly state: RunState;
  readonly now: Instant;
  readonly changes: ChangeSet;
  /** Steps to be entered next, once for each arrival. A list, so that long chains need no recursion. */
  readonly entering: number[];
  /** Whether a way that transitions could have taken was closed, so that something may wait in vain now. */
  waysClosed: boolean;
  /** The step that led to `succeed`. */
  succeeding: number | null;
  /** Whether something changed that `RunControl` keeps. */
  controlChanged: boolean;
  /** Whether child runs were asked to stop with their run. */
  childrenAsked: boolean;
  /** Of the start of a re-run: what it takes over from the run before. */
  replay: Replay | null;
  /** The concurrency keys of the attempt that is being launched; what it starts is told of them. */
  granted: readonly string[];
  /** The run that the child which is being launched is a re-run of, if its step had to wait for slots. */
  grantedRerun: RunId | null;
  /** How many values `uuid()` has given. */
  readonly uuids: { given: number };
};

const nothing: readonly string[] = [];

export function deciding(plan: PreparedPlan, state: RunState, now: Instant): Deciding {
  return {
    plan,
    state,
    now,
    changes: new ChangeSet(),
    entering: [],
    waysClosed: false,
    succeeding: null,
    controlChanged: false,
    childrenAsked: false,
    replay: null,
    granted: nothing,
    grantedRerun: null,
    uuids: { given: 0 },
  };
}

export function setHead(decision: Deciding, change: Partial<RunHead>): void {
  decision.state.head = { ...decision.state.head, ...change };
  decision.changes.setHead(decision.state.head);
}

export function stepState(state: RunState, step: number): StepState {
  const found = state.steps[step];
  if (found === undefined) throw new Error(`Run ${state.origin.id} has no step ${step}.`);
  return found;
}

export function planStep(plan: PreparedPlan, step: number): PlanStep {
  const found = plan.plan.steps[step];
  if (found === undefined) throw new Error(`The plan of ${plan.plan.workflow} has no step ${step}.`);
  return found;
}

/** The fault with the place of a value of a step (`forEach`, `action/body/for`), where that is known. */
export function faultAt({ plan }: Deciding, step: number, key: string, fault: Fault): Fault {
  const root = `/steps/${escapePointer(planStep(plan, step).name)}`;
  const at = plan.plan.places[`${root}/${key}`] ?? plan.plan.places[root];
  return at === undefined ? fault : { ...fault, at };
}

/** The end of a step that is known to have ended: a dependency of one that is being entered. */
export function endedStep(state: RunState, step: number): EndedPhase {
  const { ended } = stepState(state, step);
  if (ended === null) throw new Error(`Step ${step} of run ${state.origin.id} has not ended.`);
  return ended;
}

/** One iteration of a step. Dependency steps have only iteration 0. */
export type StepAt = Readonly<{ step: number; iteration: number }>;

/** The key of an iteration of a step (`item` -1) or of one of its items. */
export const keyOf = ({ step, iteration }: StepAt, item = -1): StepKey => ({ step, item, iteration });

/** The key of what belongs to the run itself. */
export const runKey: StepKey = { step: -1, item: -1, iteration: 0 };
