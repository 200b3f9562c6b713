import type { Command } from 'commander';
import { addBulkOptions, type BulkOptions, bulkHelp, isBulk } from './bulk-options.ts';
import { addRemoteOptions, type RemoteOptions } from './remote-options.ts';

export type RunPauseOptions = RemoteOptions & Readonly<{ reason?: string; by?: string }>;

export function addRunPauseCommand(run: Command): void {
  addBulkOptions(
    addRemoteOptions(run.command('pause').description('let nothing begin in runs of a server until they are resumed')),
    'queued, running',
  )
    .argument('[run...]', 'their ids')
    .option('--reason <text>', 'why, for those who look at it later')
    .option('--by <name>', 'who asks (default: who is logged in here)')
    .addHelpText(
      'after',
      `
What workers hold goes on, and its results count; the timeout of the run stands still. Runs that it waits for are paused
and resumed with it. With several ids each is tried; exits with 1 when one of them could not be paused.

Examples:
  $ millrace run pause 1042 --reason "database maintenance"
  $ millrace explain 1042
  $ millrace run resume 1042
  $ millrace run pause --all --workflow release --reason "database maintenance" --yes
${bulkHelp}
`,
    )
    .action(async (ids: string[], _options: RunPauseOptions, command: Command) => {
      const options = command.optsWithGlobals<RunPauseOptions & BulkOptions>();
      if (isBulk(command, ids, options)) {
        const { bulkRuns } = await import('../remote/bulk-runs.ts');
        process.exitCode = await bulkRuns('pause', options);
        return;
      }
      const { pauseRuns } = await import('../remote/pause-runs.ts');
      process.exitCode = await pauseRuns(ids, options);
    });
}
