import { readFile } from 'node:fs/promises';
import { MillraceError } from '@millrace/core';
import type { GitAuth, SecretPlace } from '@millrace/definition';

export const noAuth: GitAuth = { kind: 'none' };

/** What lets Git in: environment variables only, since arguments are seen by everybody on the machine. */
export type GitAccess = Readonly<{
  env: Readonly<Record<string, string>>;
  config: readonly (readonly [key: string, value: string])[];
  /** To be hidden in whatever Git prints. */
  secrets: readonly string[];
}>;

export async function openAccess(auth: GitAuth, url: string): Promise<GitAccess> {
  switch (auth.kind) {
    case 'none':
      return { env: { GIT_SSH_COMMAND: sshCommand([]) }, config: [], secrets: [] };
    case 'ssh': {
      const options = ['-i', quote(auth.keyFile), '-o', 'IdentitiesOnly=yes'];
      if (auth.knownHosts !== null) options.push('-o', quote(`UserKnownHostsFile=${auth.knownHosts}`));
      return { env: { GIT_SSH_COMMAND: sshCommand(options) }, config: [], secrets: [] };
    }
    case 'token': {
      const token = await readSecret(auth.from, `The token of the repository ${url}`);
      const basic = Buffer.from(`${auth.username}:${token}`).toString('base64');
      // For this host alone: a redirect to another one does not get the header.
      const config = [[`http.${new URL(url).origin}/.extraHeader`, `Authorization: Basic ${basic}`] as const];
      return { env: {}, config, secrets: [token, basic] };
    }
  }
}

/** No questions, and no host that nobody vouched for. */
function sshCommand(options: readonly string[]): string {
  return ['ssh', '-F', '/dev/null', '-o', 'BatchMode=yes', '-o', 'StrictHostKeyChecking=yes', ...options].join(' ');
}

const quote = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

/** Reads it anew, so that a changed one just works. Throws `configuration` when it is not there; `what` names it then. */
export async function readSecret(place: SecretPlace, what: string): Promise<string> {
  const where = 'env' in place ? `the environment variable ${place.env}` : `the file ${place.file}`;
  const text = 'env' in place ? process.env[place.env] : await readFile(place.file, 'utf8').catch(() => undefined);
  const secret = text?.trim() ?? '';
  if (secret !== '') return secret;
  throw new MillraceError('configuration', `${what} is missing: ${where} is not there or empty.`, {
    hint: 'Set it for the process of the server, or name another place in millrace.yaml.',
  });
}

/** The credentials for an address: those of the longest beginning that fits, cut at a slash so that a host cannot be imitated. */
export function credentialsFor(url: string, known: readonly Readonly<{ url: string; auth: GitAuth }>[]): GitAuth {
  const fitting = known.filter((one) => url === one.url || url.startsWith(one.url.replace(/\/?$/, '/')));
  return fitting.sort((a, b) => b.url.length - a.url.length)[0]?.auth ?? noAuth;
}
