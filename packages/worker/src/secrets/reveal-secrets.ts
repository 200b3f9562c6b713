import {
  type Assignment,
  type AssignmentSecrets,
  type AttemptResult,
  type Json,
  type JsonObject,
  textsAt,
} from '@millrace/core';
import { revealAssignment } from '@millrace/executors';
import type { RunningAttempt } from '../attempts/running-attempt.ts';
import { noFieldsFault, noSecretsFault, tooShortFault, wrongTemplate } from '../attempts/worker-faults.ts';
import { askPatiently } from '../sync/ask-patiently.ts';
import { minSecretLength } from './secret-forms.ts';

/** Values of the input that the action calls secret, wherever they come from. What is too short to be masked is not. */
const secretTexts = ({ input, secretInput = [] }: Assignment): readonly string[] =>
  textsAt(input, secretInput).filter((text) => text.trim().length >= minSecretLength);

/** Masks what an action calls secret in its input, of an attempt that needs no secrets beside. */
export function hideSecretInput(attempt: RunningAttempt): void {
  const { secrets, secretInput } = attempt.assignment;
  if (secretInput === undefined || secrets !== undefined) return;
  attempt.reveal(secretTexts(attempt.assignment));
}

/** The fields of secrets of which fields are read; `without`: one that has none. */
function fieldsOf({ withFields = [] }: AssignmentSecrets, values: Readonly<Record<string, string>>) {
  const found: Record<string, JsonObject> = {};
  let without: string | null = null;
  for (const name of withFields) {
    const fields = objectIn(values[name] ?? '');
    if (fields === null) without ??= name;
    else found[name] = fields;
  }
  return { found, without };
}

/** null: the text is no JSON object. What the parser says of it would quote it. */
function objectIn(text: string): JsonObject | null {
  try {
    const value = JSON.parse(text) as Json;
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : null;
  } catch {
    return null;
  }
}

/** Each field is a secret of its own. What is too short to be masked is not. */
const textsOf = (fields: readonly JsonObject[]): readonly string[] =>
  fields.flatMap((each) => textsAt(each, [''])).filter((text) => text.trim().length >= minSecretLength);

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
    const fields = fieldsOf(assignment.secrets, values);
    const hidden = [...Object.values(values), ...textsOf(Object.values(fields.found))];
    attempt.reveal(hidden);
    const short = names.find((name) => (values[name] ?? '').trim().length < minSecretLength);
    if (short !== undefined) return tooShortFault(short, startedAt);
    if (fields.without !== null) return noFieldsFault(fields.without, startedAt);
    const told = revealAssignment(assignment, { ...values, ...fields.found }, now);
    if ('fault' in told) return wrongTemplate(told.fault, startedAt);
    attempt.assignment = told.revealed;
    if (assignment.secretInput !== undefined) {
      attempt.reveal(secretTexts(told.revealed));
    }
    return null;
  } catch (cause) {
    return noSecretsFault(assignment, cause, startedAt);
  }
}
