import type { Command } from 'commander';
import { addRemoteOptions, type RemoteOptions } from './remote-options.ts';

export type RunCancelOptions = RemoteOptions & Readonly<{ reason?: string; force?: boolean; wait?: boolean }>;

export function addRunCancelCommand(run: Command): void {
  addRemoteOptions(run.command('cancel').description('cancel a run of a server'))
    .argument('<run>', 'its id')
    .option('--reason <text>', 'why, for those who look at it later')
    .option('--force', 'kill what runs at once, without the grace')
    .option('--wait', 'wait until it has ended')
    .addHelpText(
      'after',
      '\nExamples:\n  $ millrace run cancel 1042 --reason "wrong region"\n  $ millrace run cancel 1042 --force --wait\n',
    )
    .action(async (id: string, _options: RunCancelOptions, command: Command) => {
      const { cancelRun } = await import('../remote/runs.ts');
      process.exitCode = await cancelRun(id, command.optsWithGlobals<RunCancelOptions>());
    });
}
