import type { Command } from 'commander';
import { addBulkOptions, type BulkOptions, bulkHelp, isBulk } from './bulk-options.ts';
import { addRemoteOptions } from './remote-options.ts';
import type { RunPauseOptions } from './run-pause.ts';

export function addRunResumeCommand(run: Command): void {
  addBulkOptions(addRemoteOptions(run.command('resume').description('let paused runs of a server go on')), 'paused')
    .argument('[run...]', 'their ids')
    .option('--by <name>', 'who asks (default: who is logged in here)')
    .addHelpText(
      'after',
      `
What was held begins now. With several ids each is tried; exits with 1 when one of them could not be resumed.

Examples:
  $ millrace run resume 1042
  $ millrace run resume --all --workflow release
${bulkHelp}
`,
    )
    .action(async (ids: string[], _options: RunPauseOptions, command: Command) => {
      const options = command.optsWithGlobals<RunPauseOptions & BulkOptions>();
      if (isBulk(command, ids, options)) {
        const { bulkRuns } = await import('../remote/bulk-runs.ts');
        process.exitCode = await bulkRuns('resume', options);
        return;
      }
      const { resumeRuns } = await import('../remote/pause-runs.ts');
      process.exitCode = await resumeRuns(ids, options);
    });
}
