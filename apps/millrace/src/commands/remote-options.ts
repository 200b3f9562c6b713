import type { Command } from 'commander';

export type RemoteOptions = Readonly<{ url?: string; token?: string; workspace?: string; json?: boolean }>;

/** What every command that talks to a server takes. */
export function addServerOptions(command: Command): Command {
  return command
    .option('--url <url>', 'the server (env: MILLRACE_URL; default: http://127.0.0.1:7070)')
    .option(
      '--token <token>',
      'an API key, or its API token (env: MILLRACE_TOKEN; default: what `millrace login` kept)',
    )
    .option('--json', 'print JSON');
}

/** The same, for what stands in a workspace. */
export const addRemoteOptions = (command: Command): Command =>
  addServerOptions(command).option('-w, --workspace <name>', 'the workspace (env: MILLRACE_WORKSPACE; default: main)');
