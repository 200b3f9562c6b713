import type { Command } from 'commander';
import { addRemoteOptions, type RemoteOptions } from './remote-options.ts';

export function addRunGetCommand(run: Command): void {
  addRemoteOptions(run.command('get').description('show a run of a server: its steps, output and error'))
    .argument('<run>', 'its id')
    .addHelpText('after', '\nExamples:\n  $ millrace run get 1042\n  $ millrace run get 1042 --json | jq .steps\n')
    .action(async (id: string, _options: RemoteOptions, command: Command) => {
      const { showRun } = await import('../remote/runs.ts');
      process.exitCode = await showRun(id, command.optsWithGlobals<RemoteOptions>());
    });
}
