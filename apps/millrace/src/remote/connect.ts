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
 * A client of the server that options or environment name. It shows the token that they give, else that of the step
 * which it is called in, else what `millrace login` kept.
 * Nothing is sent before the first call.
 */
export function connect(options: RemoteOptions): Connection {
  const url = serverUrl(options.url);
  const token = options.token ?? process.env.MILLRACE_TOKEN ?? attemptToken(url) ?? (() => keptToken(url));
  const client = createClient({ url, token });
  const namedWorkspace = options.workspace ?? process.env.MILLRACE_WORKSPACE ?? null;
  return { client, namedWorkspace, workspace: namedWorkspace ?? 'main' };
}

/** What a step with `api: true` may show, to the server that runs it and to no other. */
function attemptToken(url: string): string | undefined {
  const { MILLRACE_API_URL: own, MILLRACE_API_TOKEN: token } = process.env;
  return own !== undefined && serverUrl(own) === url ? token : undefined;
}
