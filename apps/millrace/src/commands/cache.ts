import type { Command } from 'commander';
import { parseCount } from './option-values.ts';
import { addRemoteOptions, type RemoteOptions } from './remote-options.ts';

export type CacheOptions = RemoteOptions &
  Readonly<{ workflow?: string; step?: string; key?: string; limit?: number; after?: string; all?: boolean }>;

function addFilter(command: Command): Command {
  return addRemoteOptions(command)
    .option('--workflow <name>', 'only outputs that runs of this workflow put there')
    .option('--step <name>', 'only those of this step')
    .option('--key <key>', 'only those with exactly this key, as it was rendered');
}

export function addCacheCommand(program: Command): void {
  const cache = program.command('cache').description('list and clear the outputs that steps with a `cache` find');

  addFilter(cache.command('list').description('list outputs in the cache of a server, newest first'))
    .option('-n, --limit <number>', 'how many (default: 50)', parseCount)
    .option('--after <cursor>', 'the page after this one ("next" of the JSON)')
    .addHelpText(
      'after',
      `
Lists all workspaces unless --workspace or MILLRACE_WORKSPACE names one.

Examples:
  $ millrace cache list
  $ millrace cache list --workflow release --step build --json | jq '.items[].key'
`,
    )
    .action(async (options: CacheOptions) => {
      const { listCache } = await import('../remote/cache.ts');
      process.exitCode = await listCache(options);
    });

  addFilter(cache.command('clear').description('remove outputs from the cache of a server, so that steps run again'))
    .option('--all', 'all of the workspace, without any other filter')
    .addHelpText(
      'after',
      `
Clears one workspace: that of --workspace or MILLRACE_WORKSPACE, or main.

Examples:
  $ millrace cache clear --workflow release --step build
  $ millrace cache clear --key "v1.2"
  $ millrace cache clear --all
`,
    )
    .action(async (options: CacheOptions, command: Command) => {
      const filtered = [options.workflow, options.step, options.key].some((value) => value !== undefined);
      if (filtered === (options.all === true)) {
        command.error('error: give --workflow, --step or --key; or --all, to clear all of the workspace', {
          exitCode: 2,
        });
      }
      const { clearCache } = await import('../remote/cache.ts');
      process.exitCode = await clearCache(options);
    });
}
