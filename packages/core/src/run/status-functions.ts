import type { HostFunction } from '@millrace/expression';
import type { PreparedPlan } from '../plan/prepared-plan.ts';
import type { Json } from '../values/json.ts';
import { endedStep, planStep, stepState } from './deciding.ts';
import type { EndedPhase, RunState } from './state.ts';
import { outputOf } from './step-names.ts';

/** What a step's end means for the steps after it. */
export type Outcome = 'succeeded' | 'failed' | 'skipped';

/**
 * The end of a dependency as its dependants see it. A step that was skipped because something before it failed counts
 * as failed: a failure is never laundered into success through a skipped step. So does one that was not reached because
 * of a failure: then it has an error.
 */
export function outcomeOf(end: EndedPhase, continueOnFailure: boolean): Outcome {
  if (end.status === 'succeeded') return 'succeeded';
  if (end.status === 'skipped') {
    const afterFailure = end.reason === 'upstream_failed' || (end.reason === 'not_reached' && end.error !== null);
    return afterFailure ? 'failed' : 'skipped';
  }
  return continueOnFailure ? 'succeeded' : 'failed';
}

/** The outcome of all dependencies together; exactly one of the three. No dependencies: succeeded. */
export function dependenciesOutcome(plan: PreparedPlan, state: RunState, step: number): Outcome {
  const { dependsOn } = planStep(plan, step);
  let result: Outcome = dependsOn.length === 0 ? 'succeeded' : 'skipped';
  for (const number of dependsOn) {
    const outcome = outcomeOf(endedStep(state, number), planStep(plan, number).continueOnFailure);
    if (outcome === 'failed') return 'failed';
    if (outcome === 'succeeded') result = 'succeeded';
  }
  return result;
}

/**
 * The status functions at the entry of a step.
 *
 * Without a name: `succeeded()`: no dependency failed, and one succeeded; `failed()`: a step before this one failed,
 * however far away; `timed_out()`: one timed out; `skipped()`: all dependencies were skipped, and none for a failure;
 * `done()` and `always()`: true. With the name of a step before this one: that step's own end, tolerated or not; one
 * that has not ended is none of them. `result(name)` is its output; `result()` that of the only dependency.
 *
 * `after` the step, in its transitions, those without a name are about the step itself.
 */
export function statusFunctions(
  plan: PreparedPlan,
  state: RunState,
  step: number,
  after: boolean,
): Readonly<Record<string, HostFunction>> {
  const { dependsOn, name: own } = planStep(plan, step);
  /** undefined: no name was given. null: that step has not ended yet. */
  const named = (args: readonly Json[]): EndedPhase | null | undefined => {
    const about = args.length === 0 && after ? [own] : args;
    return about.length === 0 ? undefined : stepState(state, namedStep(plan, step, about, after)).ended;
  };
  const ends = () => dependsOn.map((number) => endedStep(state, number));
  return {
    succeeded: (args) => {
      const end = named(args);
      return end === undefined ? dependenciesOutcome(plan, state, step) === 'succeeded' : end?.status === 'succeeded';
    },
    failed: (args) => {
      const end = named(args);
      if (end === undefined) return ends().some((dependency) => dependency.failed);
      return end !== null && outcomeOf(end, false) === 'failed';
    },
    timed_out: (args) => {
      const end = named(args);
      return end === undefined ? ends().some((dependency) => dependency.timedOut) : end?.status === 'timed_out';
    },
    skipped: (args) => {
      const end = named(args);
      return end === undefined ? dependenciesOutcome(plan, state, step) === 'skipped' : end?.status === 'skipped';
    },
    done: (args) => named(args) !== null,
    always: () => true,
    result: (args) => {
      const [only, second] = dependsOn;
      const end = named(args);
      if (end !== undefined) return end === null ? null : outputOf(end);
      if (only === undefined || second !== undefined) {
        throw argumentError('`result()` without a name needs a step with exactly one dependency. Name the step.');
      }
      return outputOf(endedStep(state, only));
    },
  };
}

/** The number of a step that an expression of `step` may ask about; null when it does not stand before it. */
export function visibleStep(plan: PreparedPlan, step: number, name: string, after: boolean): number | null {
  return after && plan.numberOf(name) === step ? step : plan.upstream(step, name);
}

function namedStep(plan: PreparedPlan, step: number, args: readonly Json[], after: boolean): number {
  const [name, second] = args;
  if (typeof name !== 'string' || second !== undefined) throw argumentError('Expected the name of one step.');
  const number = visibleStep(plan, step, name, after);
  if (number === null) {
    const own = planStep(plan, step).name;
    throw argumentError(`Step \`${name}\` does not stand before \`${own}\`. Name a step that \`${own}\` depends on.`);
  }
  return number;
}

const argumentError = (message: string): Error => Object.assign(new Error(message), { code: 'bad_argument' });
