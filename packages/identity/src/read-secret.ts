import { readFile } from 'node:fs/promises';
import { MillraceError } from '@millrace/core';
import type { SecretPlace } from '@millrace/definition';

/** Read when it is needed, so that a changed one counts without a new start. Codes: identity_provider_unavailable. */
export async function readSecret(place: SecretPlace, provider: string): Promise<string> {
  if ('env' in place) {
    const value = process.env[place.env];
    if (value !== undefined && value !== '') return value;
    throw unavailable(provider, `The variable ${place.env} is not set.`, 'Set it where the server starts.');
  }
  try {
    return (await readFile(place.file, 'utf8')).trim();
  } catch (cause) {
    throw unavailable(
      provider,
      `The file ${place.file} cannot be read.`,
      'Check its path, and who may read it.',
      cause,
    );
  }
}

export const unavailable = (provider: string, message: string, hint: string, cause?: unknown): MillraceError =>
  new MillraceError('identity_provider_unavailable', `Nobody can sign in by ${provider} now. ${message}`, {
    hint,
    ...(cause === undefined ? {} : { cause }),
  });
