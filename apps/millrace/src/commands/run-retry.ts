import type { Command } from 'commander';
import { addBulkOptions, type BulkOptions, bulkHelp, isBulk } from './bulk-options.ts';
import { addRemoteOptions } from './remote-options.ts';
import { addStayOptions, type RunRerunOptions } from './run-rerun.ts';

export function addRunRetryCommand(run: Command): void {
  addBulkOptions(
    addStayOptions(addRemoteOptions(run.command('retry').description('run again what failed in ended runs'))),
    'failed, timed_out',
  )
    .argument('[run]', 'its id')
    .option('--live', 'with the live version of the workflow; default: the version that the run had')
    .option('--key <key>', 'idempotency key: retrying again with it gives the same run')
    .addHelpText(
      'after',
      `
The same as: millrace run rerun RUN --failed. What succeeded is kept, and so is a failure that was tolerated or handled.
${bulkHelp}
A run that has a re-run already is left alone: if that failed, it is retried instead.

Examples:
  $ millrace run retry 1042
  $ millrace run retry 1042 --live --follow
  $ millrace run retry --all --workflow release --since 2h --status failed --dry-run
`,
    )
    .action(async (id: string | undefined, _options: RunRerunOptions, command: Command) => {
      const options = command.optsWithGlobals<RunRerunOptions & BulkOptions>();
      if (isBulk(command, id === undefined ? [] : [id], options)) {
        const { bulkRuns } = await import('../remote/bulk-runs.ts');
        process.exitCode = await bulkRuns('retry', options);
        return;
      }
      const { rerunRun } = await import('../remote/rerun-run.ts');
      process.exitCode = await rerunRun(id ?? '', { ...options, failed: true });
    });
}
