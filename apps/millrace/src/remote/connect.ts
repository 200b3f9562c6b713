import { type Client, createClient } from '@millrace/client';
import type { RemoteOptions } from '../commands/remote-options.ts';
import { serverUrl } from './server-url.ts';

export type Connection = Readonly<{
  client: Client;
  /** What `--workspace` or MILLRACE_WORKSPACE names; null: neither does. */
  namedWorkspace: string | null;
  workspace: string;
}>;

/** A client of the server that options or environment name. Nothing is sent before the first call. */
export function connect(options: RemoteOptions): Connection {
  const token = options.token ?? process.env.MILLRACE_TOKEN;
  const client = createClient({ url: serverUrl(options.url), ...(token === undefined ? {} : { token }) });
  const namedWorkspace = options.workspace ?? process.env.MILLRACE_WORKSPACE ?? null;
  return { client, namedWorkspace, workspace: namedWorkspace ?? 'main' };
}
