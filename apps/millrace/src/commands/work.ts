import type { Command } from 'commander';
import { parseCount, parseLogLevel, parseNames } from './option-values.ts';

export type WorkCommandOptions = Readonly<{
  server?: string;
  token?: string;
  joinToken?: string;
  tokenFile?: string;
  name?: string;
  labels?: string[];
  queues?: string[];
  capabilities?: string[];
  slots?: number;
  folder?: string;
  sharedFolder?: string;
  allowPrivate?: string[];
  logLevel: string;
}>;

export function addWorkCommand(program: Command): void {
  program
    .command('work')
    .description('a worker: takes steps from a server and runs them on this machine')
    .option('--server <url>', 'the server (env: MILLRACE_URL; default: http://127.0.0.1:7070)')
    .option('--join-token <token>', 'joins with it and gets a token of its own; once (env: MILLRACE_JOIN_TOKEN)')
    .option(
      '--token-file <file>',
      'where it keeps its own token (env: MILLRACE_WORKER_TOKEN_FILE; default: in ~/.local/state/millrace)',
    )
    .option('--token <token>', "the server's shared worker token, in place of its own (env: MILLRACE_WORKER_TOKEN)")
    .option('--name <name>', 'how people see it (default: host name and process)')
    .option('--labels <names>', 'labels that steps may ask for, separated by commas', parseNames)
    .option('--queues <names>', 'queues to take steps from, separated by commas (default: default)', parseNames)
    .option('--capabilities <names>', 'what it runs: shell, script, http, function (default: shell,script)', parseNames)
    .option('--slots <number>', 'how many steps run at once (default: four for each processor core)', parseCount)
    .option('--folder <folder>', 'where steps have their files (default: a folder for temporary files)')
    .option('--shared-folder <folder>', 'where steps of a run share folders: a disk that all such workers reach')
    .option(
      '--allow-private <hosts>',
      'private hosts, addresses or networks that http steps may reach, separated by commas',
      parseNames,
    )
    .option('--log-level <level>', 'trace, debug, info, warn, error or silent', parseLogLevel, 'info')
    .addHelpText(
      'after',
      `
SIGTERM and Ctrl-C stop it in order: running steps get a grace to end. A worker that dies loses nothing: its steps run
again elsewhere when its lease is over. Logs are JSON lines on stdout.

A join token comes from \`millrace worker join-token create\` or the Workers page. When the worker starts again it goes on with
the token in its file, which it replaces every day; one that is revoked ends with an error.

Examples:
  $ millrace work --server https://millrace.example.com --join-token mrj_4fJx2kQpZa_…
  $ millrace work --server https://millrace.example.com
  $ millrace work --labels gpu,linux --queues default,nightly --slots 4
  $ millrace work --shared-folder /mnt/nfs/millrace
`,
    )
    .action(async (options: WorkCommandOptions) => {
      const { runWork } = await import('../server/run-work.ts');
      process.exitCode = await runWork(options);
    });
}
