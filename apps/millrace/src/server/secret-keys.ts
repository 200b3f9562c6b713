import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { MillraceError } from '@millrace/core';
import type { SecretKeyConfig } from '@millrace/definition';
import { parseSecretKeys, type ReadSecretKeys } from '@millrace/engine';
import { readPrivateFile } from './server-secrets.ts';

const variable = 'MILLRACE_SECRETS_KEY';
const option = '--secrets-key-file (or MILLRACE_SECRETS_KEY_FILE)';

export type SecretKeyOptions = Readonly<{
  file: string | undefined;
  /** Keys of the configuration, which come before those of the file or the environment. */
  wrapped: readonly SecretKeyConfig[];
  /** A service that unwraps is away: it is asked again when a secret is needed. */
  onUnavailable(error: MillraceError): void;
}>;

/**
 * The keys for stored secrets: those of the configuration, and those of a file, else of the environment. A file is read at each
 * use, so a changed one counts at once. What cannot be used is told at the start. Gives no keys where none are given.
 */
export async function openSecretKeys({ file, wrapped, onUnavailable }: SecretKeyOptions): Promise<ReadSecretKeys> {
  const path = file ?? process.env.MILLRACE_SECRETS_KEY_FILE;
  const text = process.env[variable];
  const read = path !== undefined && path !== '' ? fromFile(path) : fromText(text ?? '');
  await read();
  if (wrapped.length === 0) return read;
  // Loaded where there are some: most servers have none.
  const { createSecretKeys } = await import('@millrace/secrets');
  const unwrap = createSecretKeys(wrapped);
  await unwrap().catch((error: unknown) => {
    if (!(error instanceof MillraceError) || !error.retryable) throw error;
    onUnavailable(error);
  });
  return async () => [...(await unwrap()), ...(await read())];
}

/** As `openSecretKeys`; where none are given, a key of its own in the data folder, made when it is first needed. */
export async function openOwnSecretKeys(options: SecretKeyOptions, dataDir: string): Promise<ReadSecretKeys> {
  const path = join(dataDir, 'secrets.key');
  const own = { ...options, file: path };
  // What the own key has sealed stays readable when others come before it.
  const open = (): Promise<ReadSecretKeys> => openSecretKeys(isGiven(options) || !existsSync(path) ? options : own);
  if (options.wrapped.length > 0) return open();
  const given = await openSecretKeys(options);
  if ((await given()).length > 0) return given;
  await writeFile(path, `${randomBytes(32).toString('base64')}\n`, { mode: 0o600, flag: 'wx' }).catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    },
  );
  return await openSecretKeys(own);
}

const isGiven = ({ file }: SecretKeyOptions): boolean =>
  [file, process.env.MILLRACE_SECRETS_KEY_FILE, process.env[variable]].some((one) => one !== undefined && one !== '');

const fromFile =
  (path: string): ReadSecretKeys =>
  async () =>
    parseSecretKeys(await readPrivateFile(path, 'The key file', option), `The key file ${path}`);

const fromText =
  (text: string): ReadSecretKeys =>
  async () =>
    text.trim() === '' ? [] : parseSecretKeys(text, variable);
