import type { Command } from 'commander';
import { addRemoteOptions } from './remote-options.ts';
import { addStayOptions, type RunRerunOptions } from './run-rerun.ts';

export function addRunRetryCommand(run: Command): void {
  addStayOptions(addRemoteOptions(run.command('retry').description('run again what failed in an ended run')))
    .argument('<run>', 'its id')
    .option('--live', 'with the live version of the workflow; default: the version that the run had')
    .option('--key <key>', 'idempotency key: retrying again with it gives the same run')
    .addHelpText(
      'after',
      `
The same as: millrace run rerun RUN --failed. What succeeded is kept, and so is a failure that was tolerated or handled.

Examples:
  $ millrace run retry 1042
  $ millrace run retry 1042 --live --follow
`,
    )
    .action(async (id: string, _options: RunRerunOptions, command: Command) => {
      const { rerunRun } = await import('../remote/rerun-run.ts');
      process.exitCode = await rerunRun(id, { ...command.optsWithGlobals<RunRerunOptions>(), failed: true });
    });
}
