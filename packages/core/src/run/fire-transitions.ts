import { truthy } from '@millrace/expression';
import { FaultError } from '../plan/expression-fault.ts';
import type { PreparedTransition } from '../plan/prepared-plan.ts';
import type { PreparedValue } from '../plan/prepared-value.ts';
import type { TransitionTarget } from '../plan/transition-graph.ts';
import type { Json } from '../values/json.ts';
import { arriveAt } from './arrive.ts';
import { type Deciding, planStep } from './deciding.ts';
import { noteFailure } from './failure.ts';
import { scopeFor, type Viewpoint } from './scope.ts';
import { type EndedPhase, firstIteration } from './state.ts';

/**
 * Fires the transitions of a step that has just ended. First every `when` is asked, so that all judge the same moment;
 * then, in written order, each that holds publishes its variables and leads to its targets. Gives whether one led
 * somewhere, which handles the step's failure.
 *
 * A step that was skipped has no result to judge, and one that was stopped with its run leads nowhere: both fire none. A
 * fault in a `when` or a published value fails the run, and ends the firing there.
 */
export function fireTransitions(decision: Deciding, step: number, end: EndedPhase): boolean {
  const { plan } = decision;
  const { next } = plan.step(step);
  const targets = plan.transitions.targets(step);
  const { entry, dependants } = planStep(plan, step);
  if (entry === 'transitions' && dependants.length > 0) decision.waysClosed = true;
  if (next.length === 0) return false;
  if (firesNone(decision, step, end)) {
    decision.waysClosed = true;
    return false;
  }
  let handled = false;
  const joined = new Set<number>();
  const { firing, fault } = whichFire(decision, step, end, next);
  if (firing.length < next.length) decision.waysClosed = true;
  try {
    for (const index of firing) {
      const transition = next[index];
      if (transition !== undefined) publish(decision, step, end, transition);
      const own = targets[index] ?? [];
      handled ||= own.length > 0;
      for (const target of own) follow(decision, step, end, target, joined);
    }
    if (fault !== null) throw fault;
  } catch (error) {
    if (!(error instanceof FaultError)) throw error;
    decision.waysClosed = true;
    noteFailure(decision, { step, endedAt: end.endedAt, error: error.fault });
  }
  return handled;
}

/** What the transitions of a step would do if it ended so: whether one leads somewhere, and whether one fails the run. */
export function foreseeTransitions(
  decision: Deciding,
  step: number,
  end: EndedPhase,
): Readonly<{ handled: boolean; fails: boolean }> {
  const { next } = decision.plan.step(step);
  if (next.length === 0 || firesNone(decision, step, end)) return { handled: false, fails: false };
  const targets = decision.plan.transitions.targets(step);
  const { firing, fault } = whichFire(decision, step, end, next);
  const reached = firing.flatMap((index) => targets[index] ?? []);
  return { handled: reached.length > 0, fails: fault !== null || reached.includes('fail') };
}

/** The transitions that hold, up to the first whose condition has a fault. */
function whichFire(
  decision: Deciding,
  step: number,
  end: EndedPhase,
  next: readonly PreparedTransition[],
): Readonly<{ firing: readonly number[]; fault: FaultError | null }> {
  const firing: number[] = [];
  for (const [index, transition] of next.entries()) {
    try {
      if (fires(decision, step, end, transition)) firing.push(index);
    } catch (error) {
      if (!(error instanceof FaultError)) throw error;
      return { firing, fault: error };
    }
  }
  return { firing, fault: null };
}

function firesNone({ plan, state }: Deciding, step: number, end: EndedPhase): boolean {
  if (state.cancel !== null || end.status === 'skipped') return true;
  return end.iteration - firstIteration(state) >= planStep(plan, step).maxIterations;
}

function fires(decision: Deciding, step: number, end: EndedPhase, { when }: PreparedTransition): boolean {
  return when === null || truthy(evaluate(decision, step, end, when));
}

/** Each variable is there for the ones after it. */
function publish(decision: Deciding, step: number, end: EndedPhase, transition: PreparedTransition): void {
  for (const [name, value] of transition.publish) {
    const { state } = decision;
    const published = evaluate(decision, step, end, value);
    state.vars = { ...state.vars, [name]: published };
    decision.controlChanged = true;
  }
}

function evaluate(decision: Deciding, step: number, end: EndedPhase, value: PreparedValue): Json {
  const { plan, state, now, uuids } = decision;
  const { iteration, attempts: attempt } = end;
  const view: Viewpoint = { plan, state, now, step, iteration, after: true, attempt, item: null, uuids };
  return value.evaluate(scopeFor(view, value.needs));
}

function follow(
  decision: Deciding,
  step: number,
  end: EndedPhase,
  target: TransitionTarget,
  joined: Set<number>,
): void {
  if (typeof target === 'object') {
    // However many transitions lead to a join, the step arrives there once.
    if (planStep(decision.plan, target.step).join !== null) {
      if (joined.has(target.step)) return;
      joined.add(target.step);
    }
    arriveAt(decision, target.step, target.source);
    return;
  }
  if (target === 'succeed') decision.succeeding ??= step;
  if (target !== 'fail') return;
  const { name } = planStep(decision.plan, step);
  const cause = end.error === null ? '' : `: ${end.error.message}`;
  const details = end.error === null ? {} : { details: { error: end.error as Json } };
  const error = { code: 'transition_fail', message: `Step ${name} led to \`fail\`${cause}`, ...details };
  noteFailure(decision, { step, endedAt: end.endedAt, error });
}
