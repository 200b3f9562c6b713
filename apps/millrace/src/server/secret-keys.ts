import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseSecretKeys, type ReadSecretKeys } from '@millrace/engine';
import { readPrivateFile } from './server-secrets.ts';

const variable = 'MILLRACE_SECRETS_KEY';
const option = '--secrets-key-file (or MILLRACE_SECRETS_KEY_FILE)';

/**
 * The keys for stored secrets: those of a file, else of the environment. A file is read at each use, so a changed one counts
 * at once. What cannot be used is told at the start. Gives no keys where none are given.
 */
export async function openSecretKeys(file: string | undefined): Promise<ReadSecretKeys> {
  const path = file ?? process.env.MILLRACE_SECRETS_KEY_FILE;
  const text = process.env[variable];
  const read = path !== undefined && path !== '' ? fromFile(path) : fromText(text ?? '');
  await read();
  return read;
}

/** As `openSecretKeys`; where none are given, a key of its own in the data folder, made when it is first needed. */
export async function openOwnSecretKeys(file: string | undefined, dataDir: string): Promise<ReadSecretKeys> {
  const given = await openSecretKeys(file);
  if ((await given()).length > 0) return given;
  const path = join(dataDir, 'secrets.key');
  await writeFile(path, `${randomBytes(32).toString('base64')}\n`, { mode: 0o600, flag: 'wx' }).catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    },
  );
  return await openSecretKeys(path);
}

const fromFile =
  (path: string): ReadSecretKeys =>
  async () =>
    parseSecretKeys(await readPrivateFile(path, 'The key file', option), `The key file ${path}`);

const fromText =
  (text: string): ReadSecretKeys =>
  async () =>
    text.trim() === '' ? [] : parseSecretKeys(text, variable);
