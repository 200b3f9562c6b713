import type { Command } from 'commander';
import { collect } from './input-option.ts';
import {
  keepRunsHelp,
  parseCount,
  parseKept,
  parseLogLevel,
  parsePort,
  secretsFileHelp,
  secretsKeyFileHelp,
} from './option-values.ts';
import { configHelp, workspaceHelp } from './workspace-help.ts';

export type DevCommandOptions = Readonly<{
  workspace?: string[];
  config?: string;
  data: string;
  host: string;
  port?: number;
  slots?: number;
  token?: string;
  secretsFile?: string;
  secretsKeyFile?: string;
  keepRuns?: number | 'forever';
  editor: boolean;
  logLevel: string;
  sample?: boolean;
  json?: boolean;
}>;

export function addDevCommand(program: Command): void {
  program
    .command('dev')
    .description('server, worker and database in one process, for this machine')
    .option('-w, --workspace <folder>', `${workspaceHelp} (default: .)`, collect)
    .option('--data <folder>', 'where everything that lasts is kept', '.millrace')
    .option('--config <file>', configHelp)
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .option('-p, --port <port>', 'port to listen on (default: 7070, or the next free one)', parsePort)
    .option('--slots <number>', 'how many steps run at once (default: four for each processor core)', parseCount)
    .option(
      '--token <token>',
      'API token that callers must have; needed to listen beyond this machine (env: MILLRACE_TOKEN)',
    )
    .option('--secrets-file <file>', secretsFileHelp)
    .option('--secrets-key-file <file>', `${secretsKeyFileHelp} (default: one in the data folder)`)
    .option('--keep-runs <duration>', keepRunsHelp, parseKept)
    .option('--no-editor', 'files of workspaces cannot be edited through this server')
    .option('--log-level <level>', 'trace, debug, info, warn, error or silent', parseLogLevel, 'warn')
    .option('--sample', 'use the examples that come with Millrace when this folder has no .workflows')
    .option('--json', 'print the ready line as {"url", "workspaces"}')
    .addHelpText(
      'after',
      `
Runs until Ctrl-C; a second Ctrl-C ends at once. Steps that were running go on at the next start; old runs stay.
Changes of the YAML files are loaded as they are saved; a broken change is shown, and the last good version stays.

Examples:
  $ millrace dev
  $ millrace dev --workspace ./platform --workspace data=./data-team --port 8080
  $ millrace dev --data /var/lib/millrace
  $ millrace dev --config millrace.yaml      # workspaces in Git
`,
    )
    .action(async (options: DevCommandOptions) => {
      const { runDev } = await import('../server/run-dev.ts');
      process.exitCode = await runDev(options);
    });
}
