import { type Client, createClient } from '@millrace/client';
import type { RemoteOptions } from '../commands/remote-options.ts';
import { keptToken } from '../logins/session.ts';
import { serverUrl } from './server-url.ts';

export type Connection = Readonly<{
  client: Client;
  /** What `--workspace` or MILLRACE_WORKSPACE names; null: neither does. */
  namedWorkspace: string | null;
  workspace: string;
}>;

/**
 * A client of the server that options or environment name. It shows the token that they give, else what `millrace login` kept.
 * Nothing is sent before the first call.
 */
export function connect(options: RemoteOptions): Connection {
  const url = serverUrl(options.url);
  const token = options.token ?? process.env.MILLRACE_TOKEN ?? (() => keptToken(url));
  const client = createClient({ url, token });
  const namedWorkspace = options.workspace ?? process.env.MILLRACE_WORKSPACE ?? null;
  return { client, namedWorkspace, workspace: namedWorkspace ?? 'main' };
}
