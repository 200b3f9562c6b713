import type { AttemptRef } from '@millrace/core';

/** One text for each attempt, as a key of maps and sets. */
export const attemptKey = (ref: AttemptRef): string =>
  `${ref.run}/${ref.step}/${ref.item}/${ref.iteration}/${ref.attempt}`;

/** Only the fields of the reference: what is sent must not drag a whole assignment along. */
export const refOf = (ref: AttemptRef): AttemptRef => ({
  run: ref.run,
  step: ref.step,
  item: ref.item,
  iteration: ref.iteration,
  attempt: ref.attempt,
});
