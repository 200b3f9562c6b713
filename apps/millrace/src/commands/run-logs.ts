import { type Command, InvalidArgumentError } from 'commander';
import { parseCount } from './option-values.ts';
import { addRemoteOptions, type RemoteOptions } from './remote-options.ts';

export type RunLogsOptions = RemoteOptions &
  Readonly<{ step?: string; item?: number; attempt?: number; follow?: boolean }>;

function parseIndex(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('An index is a whole number from 0.');
  return Number(text);
}

export function addRunLogsCommand(run: Command): void {
  addRemoteOptions(run.command('logs').description('print the logs of a run of a server'))
    .argument('<run>', 'its id')
    .option('--step <name>', 'only this step')
    .option('--item <index>', 'only this item of a for-each step, from 0', parseIndex)
    .option('--attempt <number>', 'only this attempt, from 1', parseCount)
    .option('-f, --follow', 'go on until the run has ended')
    .addHelpText(
      'after',
      `
Lines have the name of their step in front, unless --step names one. With --json each line is one JSON document.

Examples:
  $ millrace run logs 1042
  $ millrace run logs 1042 --step build -f
  $ millrace run logs 1042 --json | jq 'select(.stream == "stderr") | .text'
`,
    )
    .action(async (id: string, _options: RunLogsOptions, command: Command) => {
      const { printLogs } = await import('../remote/logs.ts');
      process.exitCode = await printLogs(id, command.optsWithGlobals<RunLogsOptions>());
    });
}
