import type { Command } from 'commander';
import { addRemoteOptions } from './remote-options.ts';
import type { RunPauseOptions } from './run-pause.ts';

export function addRunResumeCommand(run: Command): void {
  addRemoteOptions(run.command('resume').description('let paused runs of a server go on'))
    .argument('<run...>', 'their ids')
    .option('--by <name>', 'who asks (default: who is logged in here)')
    .addHelpText(
      'after',
      `
What was held begins now. With several ids each is tried; exits with 1 when one of them could not be resumed.

Examples:
  $ millrace run resume 1042
  $ millrace run list --status paused --json | jq -r '.items[].id' | xargs millrace run resume
`,
    )
    .action(async (ids: string[], _options: RunPauseOptions, command: Command) => {
      const { resumeRuns } = await import('../remote/pause-runs.ts');
      process.exitCode = await resumeRuns(ids, command.optsWithGlobals<RunPauseOptions>());
    });
}
