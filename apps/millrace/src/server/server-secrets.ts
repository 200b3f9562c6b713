import { readFile, stat } from 'node:fs/promises';
import { parseEnv } from 'node:util';
import { MillraceError } from '@millrace/core';
import type { SecretStore } from '@millrace/engine';

/** `deploy-key` is `MILLRACE_SECRET_DEPLOY_KEY`. */
const secretVariable = (name: string): string => `MILLRACE_SECRET_${name.toUpperCase().replaceAll('-', '_')}`;

/**
 * Secrets of this server: from its environment, else from a file that only its user may read (lines `name=value`, as in
 * an .env file). Both are asked at each use and kept nowhere, so a changed file counts at once. Throws `configuration` when the file is not
 * as it should be; no message has a value in it.
 */
export function createServerSecrets(
  file: string | undefined,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): SecretStore {
  return {
    async resolve(name) {
      const variable = environment[secretVariable(name)];
      if (variable !== undefined && variable !== '') return variable;
      if (file === undefined) return null;
      const secrets = await readSecretsFile(file);
      return Object.hasOwn(secrets, name) ? (secrets[name] ?? null) : null;
    },
  };
}

/** The secrets of this server; a file that cannot be used is told at the start. */
export async function openServerSecrets(option: string | undefined): Promise<SecretStore> {
  const file = option ?? process.env.MILLRACE_SECRETS_FILE;
  if (file === undefined || file === '') return createServerSecrets(undefined);
  await readSecretsFile(file);
  return createServerSecrets(file);
}

async function readSecretsFile(path: string): Promise<Readonly<Record<string, string>>> {
  const [text, stats] = await Promise.all([readFile(path, 'utf8'), stat(path)]).catch((cause: unknown) => {
    throw new MillraceError('configuration', `The secrets file ${path} cannot be read.`, {
      hint: 'Check the path of --secrets-file (or MILLRACE_SECRETS_FILE) and who may read the file.',
      cause,
    });
  });
  if (process.platform !== 'win32' && (stats.mode & 0o077) !== 0) {
    throw new MillraceError('configuration', `The secrets file ${path} may be read by others than its owner.`, {
      hint: `Run: chmod 600 ${path}`,
    });
  }
  return parseEnv(text) as Readonly<Record<string, string>>;
}
