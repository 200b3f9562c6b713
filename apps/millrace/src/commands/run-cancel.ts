import type { Command } from 'commander';
import { addBulkOptions, type BulkOptions, bulkHelp, isBulk } from './bulk-options.ts';
import { addRemoteOptions, type RemoteOptions } from './remote-options.ts';

export type RunCancelOptions = RemoteOptions & Readonly<{ reason?: string; force?: boolean; wait?: boolean }>;

export function addRunCancelCommand(run: Command): void {
  addBulkOptions(
    addRemoteOptions(run.command('cancel').description('cancel a run of a server, or all that match')),
    'queued, running, paused',
  )
    .argument('[run]', 'its id')
    .option('--reason <text>', 'why, for those who look at it later')
    .option('--force', 'kill what runs at once, without the grace')
    .option('--wait', 'wait until it has ended')
    .addHelpText(
      'after',
      `
${bulkHelp}

Examples:
  $ millrace run cancel 1042 --reason "wrong region"
  $ millrace run cancel 1042 --force --wait
  $ millrace run cancel --all --workflow release --since 2h --dry-run
`,
    )
    .action(async (id: string | undefined, _options: RunCancelOptions, command: Command) => {
      const options = command.optsWithGlobals<RunCancelOptions & BulkOptions>();
      if (isBulk(command, id === undefined ? [] : [id], options)) {
        const { bulkRuns } = await import('../remote/bulk-runs.ts');
        process.exitCode = await bulkRuns('cancel', options);
        return;
      }
      const { cancelRun } = await import('../remote/runs.ts');
      process.exitCode = await cancelRun(id ?? '', options);
    });
}
