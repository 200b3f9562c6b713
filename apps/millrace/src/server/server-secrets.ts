import { readFile, stat } from 'node:fs/promises';
import { parseEnv } from 'node:util';
import { MillraceError } from '@millrace/core';
import type { SecretSourceConfig } from '@millrace/definition';
import type { SecretSource } from '@millrace/engine';

type Environment = Readonly<Record<string, string | undefined>>;

/** `deploy-key` is `MILLRACE_SECRET_DEPLOY_KEY`. */
const secretVariable = (name: string): string => `MILLRACE_SECRET_${name.toUpperCase().replaceAll('-', '_')}`;

/** A secret of this process's environment; null: there is none. */
export function environmentSecret(name: string, environment: Environment = process.env): string | null {
  const value = environment[secretVariable(name)];
  return value === undefined || value === '' ? null : value;
}

/**
 * Secrets of this server: from its environment, else from a file that only its user may read (lines `name=value`, as in
 * an .env file). Both are asked at each use and kept nowhere, so a changed file counts at once. They throw `configuration`
 * when the file is not as it should be; no message has a value in it.
 */
export function createServerSecrets(
  file: string | undefined,
  environment: Environment = process.env,
): readonly SecretSource[] {
  const fromEnvironment: SecretSource = {
    kind: 'environment',
    name: null,
    place: ({ name }) => `the environment variable ${secretVariable(name)}`,
    resolve: async ({ name }) => environmentSecret(name, environment),
  };
  if (file === undefined) return [fromEnvironment];
  const fromFile: SecretSource = {
    kind: 'file',
    name: null,
    place: ({ name }) => `${name} in the secrets file ${file}`,
    async resolve({ name }) {
      const secrets = await readSecretsFile(file);
      return Object.hasOwn(secrets, name) ? (secrets[name] ?? null) : null;
    },
  };
  return [fromEnvironment, fromFile];
}

/**
 * The secrets of this server: its own, then those of the outside sources of its configuration. A file that cannot be used is
 * told at the start; an outside source is first asked when a secret is needed, so that one that is away stops no server.
 */
export async function openServerSecrets(
  option: string | undefined,
  outside: readonly SecretSourceConfig[] = [],
): Promise<readonly SecretSource[]> {
  const file = option ?? process.env.MILLRACE_SECRETS_FILE;
  const isGiven = file !== undefined && file !== '';
  if (isGiven) await readSecretsFile(file);
  const own = createServerSecrets(isGiven ? file : undefined);
  if (outside.length === 0) return own;
  // Loaded where there are some: most servers have none.
  const { createSecretSources } = await import('@millrace/secrets');
  return [...own, ...createSecretSources(outside)];
}

async function readSecretsFile(path: string): Promise<Readonly<Record<string, string>>> {
  return parseEnv(
    await readPrivateFile(path, 'The secrets file', '--secrets-file (or MILLRACE_SECRETS_FILE)'),
  ) as Readonly<Record<string, string>>;
}

/** The text of a file that only its owner may read. `what` and `option` name it in errors. Throws `configuration`. */
export async function readPrivateFile(path: string, what: string, option: string): Promise<string> {
  const [text, stats] = await Promise.all([readFile(path, 'utf8'), stat(path)]).catch((cause: unknown) => {
    throw new MillraceError('configuration', `${what} ${path} cannot be read.`, {
      hint: `Check the path of ${option} and who may read the file.`,
      cause,
    });
  });
  if (process.platform !== 'win32' && (stats.mode & 0o077) !== 0) {
    throw new MillraceError('configuration', `${what} ${path} may be read by others than its owner.`, {
      hint: `Run: chmod 600 ${path}`,
    });
  }
  return text;
}
