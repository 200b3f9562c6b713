import type { Command } from 'commander';
import { addRemoteOptions, type RemoteOptions } from './remote-options.ts';

export type RunPauseOptions = RemoteOptions & Readonly<{ reason?: string; by?: string }>;

export function addRunPauseCommand(run: Command): void {
  addRemoteOptions(run.command('pause').description('let nothing begin in runs of a server until they are resumed'))
    .argument('<run...>', 'their ids')
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
`,
    )
    .action(async (ids: string[], _options: RunPauseOptions, command: Command) => {
      const { pauseRuns } = await import('../remote/pause-runs.ts');
      process.exitCode = await pauseRuns(ids, command.optsWithGlobals<RunPauseOptions>());
    });
}
