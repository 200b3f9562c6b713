import { readFile } from 'node:fs/promises';
import { MillraceError } from '@millrace/core';

/** Where the credentials of a repository are kept. They are read anew for each use, so that a changed one just works. */
export type GitAuth =
  | Readonly<{ kind: 'none' }>
  | Readonly<{ kind: 'token'; username: string; from: Readonly<{ env: string }> | Readonly<{ file: string }> }>
  | Readonly<{ kind: 'ssh'; keyFile: string; knownHosts: string | null }>;

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
      const token = await readToken(auth.from);
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

async function readToken(from: Extract<GitAuth, { kind: 'token' }>['from']): Promise<string> {
  const where = 'env' in from ? `the environment variable ${from.env}` : `the file ${from.file}`;
  const text = 'env' in from ? process.env[from.env] : await readFile(from.file, 'utf8').catch(() => undefined);
  const token = text?.trim() ?? '';
  if (token !== '') return token;
  throw new MillraceError('configuration', `The token of a repository is missing: ${where} is not there or empty.`, {
    hint: 'Set it for the process of the server, or name another place in millrace.yaml.',
  });
}
