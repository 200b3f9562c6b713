import { parseDurationMs } from '@millrace/core';
import { type Command, InvalidArgumentError } from 'commander';
import { collect } from './input-option.ts';
import type { RemoteOptions } from './remote-options.ts';

export type BulkOptions = RemoteOptions &
  Readonly<{
    all?: boolean;
    workflow?: string;
    status?: string[];
    tag?: string;
    since?: number;
    dryRun?: boolean;
    yes?: boolean;
    reason?: string;
    by?: string;
    force?: boolean;
    live?: boolean;
  }>;

function parseSince(text: string): number {
  const ms = parseDurationMs(text);
  if (ms === null || ms <= 0) throw new InvalidArgumentError('A duration such as 30m, 2h or 7d is expected.');
  return ms;
}

/** Lets a command act on all runs that match instead of on those that are named. `usual`: the statuses that it is for. */
export function addBulkOptions(command: Command, usual: string): Command {
  return command
    .option('--all', 'all runs that match, instead of those that are named')
    .option('--workflow <name>', 'with --all: only runs of this workflow')
    .option('--status <status>', `with --all: only runs with this status; default: ${usual}`, collect)
    .option('--tag <tag>', 'with --all: only runs with this tag')
    .option('--since <duration>', 'with --all: only runs that were started since then (2h, 7d)', parseSince)
    .option('--dry-run', 'with --all: only show what would be done')
    .option('-y, --yes', 'with --all: do not ask; needed where there is no terminal');
}

export const bulkHelp = `
With --all it shows what matches, in all workspaces unless --workspace or MILLRACE_WORKSPACE names one, and asks first. Runs that
other runs started go with those. Exits with 1 when one of them was refused.`;

/** Either runs by their ids, or --all with its filter. */
export function isBulk(command: Command, ids: readonly string[], options: BulkOptions): boolean {
  const { all, workflow, status, tag, since, dryRun, yes } = options;
  if (all === true && ids.length > 0) command.error('error: give runs by their ids, or --all', { exitCode: 2 });
  if (all === true) return true;
  if (ids.length === 0) command.error('error: give a run by its id, or --all', { exitCode: 2 });
  const stray = [workflow, status, tag, since, dryRun, yes].some((value) => value !== undefined);
  if (stray)
    command.error('error: --workflow, --status, --tag, --since, --dry-run and --yes go with --all', { exitCode: 2 });
  return false;
}
