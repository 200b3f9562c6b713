import { type Assignment, type AttemptResult, textsAt } from '@millrace/core';
import { revealAssignment } from '@millrace/executors';
import type { RunningAttempt } from '../attempts/running-attempt.ts';
import { noSecretsFault, tooShortFault, wrongTemplate } from '../attempts/worker-faults.ts';
import { askPatiently } from '../sync/ask-patiently.ts';
import { minSecretLength } from './secret-forms.ts';
import { SecretMask } from './secret-mask.ts';

/** Values of the input that the action calls secret, wherever they come from. What is too short to be masked is not. */
const secretTexts = ({ input, secretInput = [] }: Assignment): readonly string[] =>
  textsAt(input, secretInput).filter((text) => text.trim().length >= minSecretLength);

/** Masks what an action calls secret in its input, of an attempt that needs no secrets beside. */
export function hideSecretInput(attempt: RunningAttempt): void {
  const { secrets, secretInput } = attempt.assignment;
  if (secretInput === undefined || secrets !== undefined) return;
  attempt.reveal(new SecretMask(secretTexts(attempt.assignment)));
}

type Read = (attempt: RunningAttempt, names: readonly string[]) => Promise<Readonly<Record<string, string>>>;

/**
 * Gets the secrets of an attempt, as late as possible, and puts them in place; from then on what leaves the attempt is
 * masked. Gives its end when that is not possible. Does nothing for an attempt that needs none.
 */
export async function revealSecrets(attempt: RunningAttempt, read: Read, now: number): Promise<AttemptResult | null> {
  const { assignment } = attempt;
  if (assignment.secrets === undefined) return null;
  const { names } = assignment.secrets;
  const startedAt = performance.now();
  try {
    const values = await askPatiently(
      () => read(attempt, names),
      () => attempt.stopReason === null,
    );
    if (values === null) return null;
    attempt.reveal(new SecretMask(Object.values(values)));
    const short = names.find((name) => (values[name] ?? '').trim().length < minSecretLength);
    if (short !== undefined) return tooShortFault(short, startedAt);
    const told = revealAssignment(assignment, values, now);
    if ('fault' in told) return wrongTemplate(told.fault, startedAt);
    attempt.assignment = told.revealed;
    if (assignment.secretInput !== undefined) {
      attempt.reveal(new SecretMask([...Object.values(values), ...secretTexts(told.revealed)]));
    }
    return null;
  } catch (cause) {
    return noSecretsFault(assignment, cause, startedAt);
  }
}
