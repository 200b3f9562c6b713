import { type Deciding, planStep } from './deciding.ts';
import type { JoinRound } from './state.ts';

/**
 * A transition led to a step. Without `join` it begins a new iteration. A join counts the steps that lead to it, each
 * once in a round:
 *
 *     join: all   begins when all have arrived, or when those that have not never will (join-rounds.ts); that ends the
 *                 round
 *     join: N     begins with the Nth; later ones are ignored, until all have arrived or one arrives that had arrived
 *                 before: it is the first of the next round
 *
 * A second arrival from the same step before this one has begun is kept for the next round. `source` is an index into
 * the step's sources.
 */
export function arriveAt(decision: Deciding, step: number, source: number): void {
  const { join } = planStep(decision.plan, step);
  if (join === null) {
    decision.entering.push(step);
    return;
  }
  const { rounds } = decision.state;
  decision.controlChanged = true;
  let round = rounds.get(step);
  if (round === undefined || (round.begun && round.arrived.has(source))) {
    round = { arrived: new Set(), begun: false, surplus: new Map() };
    rounds.set(step, round);
  }
  if (round.arrived.has(source)) {
    round.surplus.set(source, (round.surplus.get(source) ?? 0) + 1);
    decision.waysClosed = true;
    return;
  }
  round.arrived.add(source);
  // What stands behind a join that does not begin now has one way less, and the join itself may wait in vain.
  decision.waysClosed = true;
  const sources = decision.plan.transitions.sources(step).length;
  if (!round.begun && round.arrived.size >= (join === 'all' ? sources : join)) {
    beginJoin(decision, step, round);
  } else if (round.begun && round.arrived.size === sources) {
    rounds.delete(step);
  }
}

/** The step begins, and what came too early arrives for its next round. */
export function beginJoin(decision: Deciding, step: number, round: JoinRound): void {
  const { plan, state } = decision;
  const { join } = planStep(plan, step);
  decision.controlChanged = true;
  decision.entering.push(step);
  const { surplus } = round;
  round.surplus = new Map();
  round.begun = true;
  if (join === 'all' || round.arrived.size === plan.transitions.sources(step).length) state.rounds.delete(step);
  for (const [source, count] of surplus) for (let left = count; left > 0; left--) arriveAt(decision, step, source);
}
