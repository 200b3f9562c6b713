import type { Command } from 'commander';
import { parseCount, parseLogLevel, parseNames } from './option-values.ts';

export type WorkCommandOptions = Readonly<{
  server?: string;
  token?: string;
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
    .option('--token <token>', "the server's worker token (env: MILLRACE_WORKER_TOKEN)")
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

Examples:
  $ millrace work --server https://millrace.example.com --token "$WORKER_TOKEN"
  $ millrace work --labels gpu,linux --queues default,nightly --slots 4
  $ millrace work --shared-folder /mnt/nfs/millrace
`,
    )
    .action(async (options: WorkCommandOptions) => {
      const { runWork } = await import('../server/run-work.ts');
      process.exitCode = await runWork(options);
    });
}
