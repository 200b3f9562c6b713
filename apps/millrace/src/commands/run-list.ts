import type { Command } from 'commander';
import { collect } from './input-option.ts';
import { parseCount } from './option-values.ts';
import { addRemoteOptions, type RemoteOptions } from './remote-options.ts';

export type RunListOptions = RemoteOptions &
  Readonly<{
    workflow?: string;
    status?: string[];
    tag?: string;
    rerunOf?: string;
    limit?: number;
    after?: string;
    all?: boolean;
  }>;

export function addRunListCommand(run: Command): void {
  addRemoteOptions(run.command('list').description('list runs of a server, newest first'))
    .option('--workflow <name>', 'only runs of this workflow')
    .option('--status <status>', 'only runs with this status; may be given several times', collect)
    .option('--tag <tag>', 'only runs with this tag')
    .option('--rerun-of <run>', 'only re-runs of this run')
    .option('--all', 'also runs that other runs started')
    .option('-n, --limit <number>', 'how many (default: 20)', parseCount)
    .option('--after <cursor>', 'the page after this one ("next" of the JSON)')
    .addHelpText(
      'after',
      `
Lists all workspaces unless --workspace or MILLRACE_WORKSPACE names one.

Examples:
  $ millrace run list
  $ millrace run list --status failed --status timed_out --workflow release
  $ millrace run list --json | jq '.items[].id'
`,
    )
    .action(async (_options: RunListOptions, command: Command) => {
      const { listRuns } = await import('../remote/runs.ts');
      process.exitCode = await listRuns(command.optsWithGlobals<RunListOptions>());
    });
}
