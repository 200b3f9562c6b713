import type { Command, Rejection } from '../command.ts';
import type { Deciding } from '../deciding.ts';
import { pauseRun, resumeRun } from '../pause-run.ts';

/**
 * The parent was paused or resumed. The child goes along, unless somebody has paused it by itself. An older turn than the
 * last that it heard of was overtaken on its way.
 */
export function parentTurned(
  decision: Deciding,
  { turn, paused, by, reason }: Extract<Command, { type: 'parent_turned' }>,
): Rejection | null {
  const { state } = decision;
  if (turn <= (state.pauses?.parentTurn ?? 0)) {
    return { code: 'outdated', message: `The run has heard of turn ${turn} of its parent, or of a later one.` };
  }
  if (!paused && state.paused?.withParent === true) resumeRun(decision, by);
  if (paused && state.paused === null && state.cancel === null) {
    pauseRun(decision, { at: decision.now, by, reason, withParent: true });
  }
  state.pauses = { ms: state.pauses?.ms ?? 0, turn: state.pauses?.turn ?? 0, parentTurn: turn };
  decision.controlChanged = true;
  return null;
}
