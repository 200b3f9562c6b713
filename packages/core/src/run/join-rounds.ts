// Which joins wait in vain, and which steps cannot run any more.
//
// A step entered by transitions can still run when something that is under way, or will surely be, leads to it over any
// number of transitions. That is looked up backwards along the edges and ends at the first such step, which is nearly
// always the next one; it is asked only when a way was closed (`Deciding.waysClosed`), so a step whose transitions all
// lead on costs nothing here.
import type { PreparedPlan } from '../plan/prepared-plan.ts';
import { planStep, stepState } from './deciding.ts';
import type { JoinRound, RunState } from './state.ts';
import { outcomeOf } from './status-functions.ts';

/**
 * Whether one of the steps `from` will end yet, and so may fire its transitions. `without` is a join: what lies behind
 * it waits for it. A step whose dependencies have not settled counts: it will be entered, since no plan lets it lead
 * back to them (find-mixed-cycles.ts).
 */
export function canStillEnd(
  plan: PreparedPlan,
  state: RunState,
  from: readonly number[],
  without: number | null,
): boolean {
  const steps = [...from];
  const seen = new Set(steps);
  for (const step of steps) {
    if (step === without) continue;
    const own = stepState(state, step);
    if (own.open.size > 0) return true;
    if (planStep(plan, step).entry === 'dependencies') {
      if (own.ended === null) return true;
      continue;
    }
    for (const source of plan.transitions.sources(step)) {
      if (seen.has(source)) continue;
      seen.add(source);
      steps.push(source);
    }
  }
  return false;
}

/** Where the last look at a round found a source that can still end: no need to begin anew each time. */
const found = new WeakMap<JoinRound, number>();

/** `missing`: the numbers of steps. */
export type JoinVerdict = 'waits' | 'begins' | Readonly<{ missing: readonly number[] }>;

/**
 * What becomes of a join that has not begun. It waits while a source that has not arrived can still end. If none can,
 * `join: all` begins all the same when those that are absent were never entered because a step before them went another
 * way. A source that ran and did not lead here is missing, and so is one that was not entered because of a failure: a
 * failure is never laundered by a join.
 */
export function judgeJoin(plan: PreparedPlan, state: RunState, step: number, round: JoinRound): JoinVerdict {
  const sources = plan.transitions.sources(step);
  const start = found.get(round) ?? 0;
  for (let offset = 0; offset < sources.length; offset++) {
    const index = (start + offset) % sources.length;
    const source = sources[index];
    if (source === undefined || round.arrived.has(index)) continue;
    if (canStillEnd(plan, state, [source], step)) {
      found.set(round, index);
      return 'waits';
    }
  }
  const absent = sources.filter((_, index) => !round.arrived.has(index));
  if (planStep(plan, step).join !== 'all') return { missing: absent };
  const missing = absent.filter((source) => isMissing(plan, state, source, step));
  return missing.length === 0 ? 'begins' : { missing };
}

/** Whether a source ran in this round, or was kept from it by a failure. */
function isMissing(plan: PreparedPlan, state: RunState, source: number, join: number): boolean {
  return !wasPassedBy(plan, state, source) || failedBefore(plan, state, source, join);
}

/** Whether the step was not entered, the last time that its turn could have come: never, or not since a step before. */
function wasPassedBy(plan: PreparedPlan, state: RunState, step: number): boolean {
  const { ended } = stepState(state, step);
  if (ended === null || ended.status === 'skipped') return true;
  return plan.transitions.sources(step).some((source) => {
    const before = stepState(state, source).ended;
    return source !== step && before !== null && before.endedAt > ended.endedAt;
  });
}

/** Whether a failure is why a step was passed by: its own when it was skipped, or that of one which leads to it. */
export function failedBefore(plan: PreparedPlan, state: RunState, step: number, without: number | null): boolean {
  const steps = [step];
  const seen = new Set(steps);
  for (const number of steps) {
    if (number === without) continue;
    const { ended } = stepState(state, number);
    const passed = wasPassedBy(plan, state, number);
    // What a step did in an earlier turn tells nothing about this one.
    const counts = ended !== null && (!passed || ended.status === 'skipped');
    if (counts && outcomeOf(ended, planStep(plan, number).continueOnFailure) === 'failed') return true;
    if (!passed) continue;
    for (const source of plan.transitions.sources(number)) {
      if (seen.has(source)) continue;
      seen.add(source);
      steps.push(source);
    }
  }
  return false;
}
