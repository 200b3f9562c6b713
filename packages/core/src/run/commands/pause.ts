import type { Command, Rejection } from '../command.ts';
import type { Deciding } from '../deciding.ts';
import { pauseRun } from '../pause-run.ts';
import type { CancelRequest, Pause } from '../state.ts';

/** Somebody pauses the run. One that is paused with its parent becomes theirs: it stays paused when the parent goes on. */
export function pause(decision: Deciding, { by, reason }: Extract<Command, { type: 'pause' }>): Rejection | null {
  const { state } = decision;
  const refused = refusal(state.cancel, state.paused);
  if (refused !== null) return refused;
  if (state.paused === null) {
    pauseRun(decision, { at: decision.now, by, reason });
  } else {
    state.paused = { at: state.paused.at, by, reason };
    decision.controlChanged = true;
  }
  return null;
}

function refusal(cancel: CancelRequest | null, paused: Pause | null): Rejection | null {
  if (cancel !== null) {
    const message = 'The run is being stopped: nothing new begins in it, so there is nothing to pause.';
    return { code: 'run_stopping', message };
  }
  if (paused === null || paused.withParent === true) return null;
  const since = new Date(paused.at).toISOString();
  const why = paused.reason === null ? '.' : `: ${paused.reason}`;
  return { code: 'already_paused', message: `The run is paused already, by ${paused.by} since ${since}${why}` };
}
