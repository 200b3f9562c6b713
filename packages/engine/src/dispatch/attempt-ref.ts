import type { AttemptKey, AttemptRef, RunId } from '@millrace/core';

/** One text for an attempt, to key maps by. */
export const refKey = (ref: AttemptRef): string => `${ref.run}.${ref.step}.${ref.item}.${ref.iteration}.${ref.attempt}`;

export const attemptRef = (run: RunId, key: AttemptKey): AttemptRef => ({
  run,
  step: key.step,
  item: key.item,
  iteration: key.iteration,
  attempt: key.attempt,
});
