// What `millrace work` shows to its server, in this order: the shared token that it was given; its own, where it was given a join
// token or has a token file; nothing, which does for a server on the same machine.
import { existsSync } from 'node:fs';
import { homedir, hostname } from 'node:os';
import { join } from 'node:path';
import { MillraceError } from '@millrace/core';
import { type JoinedToken, openJoinedToken, type WorkerLogger } from '@millrace/worker';
import type { WorkCommandOptions } from '../commands/work.ts';

export type WorkerToken =
  | Readonly<{ kind: 'none' }>
  | Readonly<{ kind: 'shared'; token: string }>
  | Readonly<{ kind: 'own'; token: JoinedToken }>;

/** null: it was told to stop while it waited for the server. */
export async function openWorkerToken(
  options: WorkCommandOptions,
  url: string,
  logger: WorkerLogger,
  signal: AbortSignal,
): Promise<WorkerToken | null> {
  const joinToken = options.joinToken ?? process.env.MILLRACE_JOIN_TOKEN;
  const named = options.tokenFile ?? process.env.MILLRACE_WORKER_TOKEN_FILE;
  if (options.token !== undefined && (options.joinToken !== undefined || options.tokenFile !== undefined)) {
    throw new MillraceError('configuration', 'A worker shows the shared token or one of its own, not both.', {
      hint: 'Leave out --token, or --join-token and --token-file.',
    });
  }
  const shared = options.token ?? (options.joinToken === undefined ? process.env.MILLRACE_WORKER_TOKEN : undefined);
  if (shared !== undefined) return { kind: 'shared', token: shared };
  const name = options.name ?? hostname();
  const tokenFile = named ?? defaultFile(url, name);
  if (joinToken === undefined && named === undefined && !existsSync(tokenFile)) return { kind: 'none' };
  const token = await openJoinedToken({
    url,
    tokenFile,
    name,
    logger,
    signal,
    ...(joinToken === undefined ? {} : { joinToken }),
  });
  return token === null ? null : { kind: 'own', token };
}

/** One for each server and name, so that a worker finds its own when it starts again. */
function defaultFile(url: string, name: string): string {
  const folder = process.env.XDG_STATE_HOME ?? join(homedir(), '.local', 'state');
  const readable = `${new URL(url).host}-${name}`.replace(/[^A-Za-z0-9.-]+/g, '_');
  return join(folder, 'millrace', 'workers', `${readable}.json`);
}
