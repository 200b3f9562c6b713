import type { HostFunction } from '@millrace/expression';
import type { PreparedPlan } from '../plan/prepared-plan.ts';
import type { Json } from '../values/json.ts';
import { endedStep, planStep } from './deciding.ts';
import type { EndedPhase, RunState } from './state.ts';
import { outputOf } from './step-names.ts';

/** What a step's end means for the steps after it. */
export type Outcome = 'succeeded' | 'failed' | 'skipped';

/**
 * The end of a dependency as its dependants see it. A step that was skipped because something before it failed counts
 * as failed: a failure is never laundered into success through a skipped step.
 */
export function outcomeOf(end: EndedPhase, continueOnFailure: boolean): Outcome {
  if (end.status === 'succeeded') return 'succeeded';
  if (end.status === 'skipped') return end.reason === 'upstream_failed' ? 'failed' : 'skipped';
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
 * `done()` and `always()`: true. With the name of a step before this one: that step's own end, tolerated or not.
 * `result(name)` is its output; `result()` that of the only dependency.
 */
export function statusFunctions(
  plan: PreparedPlan,
  state: RunState,
  step: number,
): Readonly<Record<string, HostFunction>> {
  const { dependsOn } = planStep(plan, step);
  const named = (args: readonly Json[]): EndedPhase | null =>
    args.length === 0 ? null : endedStep(state, upstreamNumber(plan, step, args));
  const ends = () => dependsOn.map((number) => endedStep(state, number));
  return {
    succeeded: (args) => {
      const end = named(args);
      return end === null ? dependenciesOutcome(plan, state, step) === 'succeeded' : end.status === 'succeeded';
    },
    failed: (args) => {
      const end = named(args);
      return end === null ? ends().some((dependency) => dependency.failed) : outcomeOf(end, false) === 'failed';
    },
    timed_out: (args) => {
      const end = named(args);
      return end === null ? ends().some((dependency) => dependency.timedOut) : end.status === 'timed_out';
    },
    skipped: (args) => {
      const end = named(args);
      return end === null ? dependenciesOutcome(plan, state, step) === 'skipped' : end.status === 'skipped';
    },
    done: (args) => {
      named(args);
      return true;
    },
    always: () => true,
    result: (args) => {
      const [only, second] = dependsOn;
      const end = named(args) ?? (only !== undefined && second === undefined ? endedStep(state, only) : null);
      if (end === null) {
        throw argumentError('`result()` without a name needs a step with exactly one dependency. Name the step.');
      }
      return outputOf(end);
    },
  };
}

function upstreamNumber(plan: PreparedPlan, step: number, args: readonly Json[]): number {
  const [name, second] = args;
  if (typeof name !== 'string' || second !== undefined) throw argumentError('Expected the name of one step.');
  const number = plan.upstream(step, name);
  if (number === null) {
    const own = planStep(plan, step).name;
    throw argumentError(`Step \`${name}\` does not stand before \`${own}\`. Name a step that \`${own}\` depends on.`);
  }
  return number;
}

const argumentError = (message: string): Error => Object.assign(new Error(message), { code: 'bad_argument' });
