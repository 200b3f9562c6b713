import { readFile } from 'node:fs/promises';
import type { SecretPlace } from '@millrace/definition';
import { SourceFailure } from '../source-failure.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** What opens a source, read anew at each use so that a changed one just works. `what` names it in errors. */
export async function readPlace(place: SecretPlace, what: string, environment: Environment): Promise<string> {
  if ('file' in place) return await readSecretFile(place.file, what);
  const value = environment[place.env]?.trim() ?? '';
  if (value !== '') return value;
  const hint = 'Set it for the process of the server, or name another place in its configuration.';
  throw new SourceFailure('refused', `${what} is missing: the environment variable ${place.env} is not set.`, hint);
}

/** The text of a file, without white space at its ends. */
export async function readSecretFile(path: string, what: string): Promise<string> {
  const text = await readFile(path, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    const hint = 'Check the path and who may read the file.';
    throw new SourceFailure('refused', `${what} cannot be read from the file ${path} (${cause.code}).`, hint);
  });
  if (text.trim() !== '') return text.trim();
  throw new SourceFailure('refused', `${what} is missing: the file ${path} is empty.`, 'Write it there.');
}
