import type { Command } from 'commander';
import { collect } from './input-option.ts';
import {
  keepRunsHelp,
  parseKept,
  parseLogLevel,
  parseNames,
  parsePort,
  secretsFileHelp,
  secretsKeyFileHelp,
} from './option-values.ts';
import { configHelp, workspaceHelp } from './workspace-help.ts';

export type ServeCommandOptions = Readonly<{
  database?: string;
  schema?: string;
  blobs?: string;
  workspace?: string[];
  config?: string;
  host: string;
  port?: number;
  token?: string;
  signIn: boolean;
  publicUrl?: string;
  trustProxy?: string[];
  workerToken?: string;
  secretsFile?: string;
  secretsKeyFile?: string;
  keepRuns?: number | 'forever';
  allowHost?: string[];
  allowPrivate?: string[];
  editor: boolean;
  logLevel: string;
}>;

export function addServeCommand(program: Command): void {
  program
    .command('serve')
    .description('a server on a PostgreSQL of yours; steps run in `millrace work` processes')
    .option('--database <url>', 'PostgreSQL 14 or newer (env: MILLRACE_DATABASE_URL)')
    .option('--schema <name>', 'schema for the tables, made when it is missing (default: millrace)')
    .option('--blobs <folder>', 'folder for logs and files; several servers share one (env: MILLRACE_BLOBS)')
    .option('-w, --workspace <folder>', `${workspaceHelp} (default: none)`, collect)
    .option('--config <file>', configHelp)
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .option('-p, --port <port>', 'port to listen on (default: 7070)', parsePort)
    .option('--token <token>', 'API token: whoever has it may do everything (env: MILLRACE_TOKEN)')
    .option('--no-sign-in', 'nobody signs in: this machine may do everything, and nobody else anything')
    .option('--public-url <url>', 'address by which people reach it, behind a proxy (env: MILLRACE_PUBLIC_URL)')
    .option(
      '--trust-proxy <addresses>',
      'proxies that are believed about whom they speak for (X-Forwarded-For), separated by commas',
      parseNames,
    )
    .option('--worker-token <token>', 'token that workers must have (env: MILLRACE_WORKER_TOKEN)')
    .option('--secrets-file <file>', secretsFileHelp)
    .option('--secrets-key-file <file>', `${secretsKeyFileHelp} (default: none, so none are stored)`)
    .option('--keep-runs <duration>', keepRunsHelp, parseKept)
    .option(
      '--allow-host <names>',
      'with --no-sign-in: further host names that it answers to, separated by commas',
      parseNames,
    )
    .option(
      '--allow-private <hosts>',
      'private hosts, addresses or networks that http steps may reach, separated by commas',
      parseNames,
    )
    .option('--no-editor', 'files of workspaces cannot be edited through this server')
    .option('--log-level <level>', 'trace, debug, info, warn, error or silent', parseLogLevel, 'info')
    .addHelpText(
      'after',
      `
The server itself runs \`http\` steps; all others wait for a worker. Any number of servers may share one database.
Logs are JSON lines on stdout; the line with "ready" tells the address. SIGTERM and Ctrl-C stop it in order.
People sign in. While there is no administrator, a line at the start has a link by which somebody becomes one.

Examples:
  $ millrace serve --database postgres://millrace@db/millrace --blobs /srv/millrace/blobs -w ./platform
  $ millrace serve --config /etc/millrace/millrace.yaml --keep-runs 30d
  $ millrace serve --host 0.0.0.0 --public-url https://millrace.example --worker-token "$(openssl rand -hex 24)"
`,
    )
    .action(async (options: ServeCommandOptions) => {
      const { runServe } = await import('../server/run-serve.ts');
      process.exitCode = await runServe(options);
    });
}
