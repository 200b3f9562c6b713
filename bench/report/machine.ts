import { execFileSync } from 'node:child_process';
import { availableParallelism, cpus, loadavg, release, totalmem, type } from 'node:os';
import { fileURLToPath } from 'node:url';

/** What the figures were measured on. */
export type Machine = Readonly<{
  at: string;
  cpu: string;
  cores: number;
  memoryGb: number;
  kernel: string;
  node: string;
  database: string;
  /** The versions of the other systems. */
  peers: Readonly<Record<string, string>>;
  /** `dfb9fef`, with `+` when files differ from it; null outside a Git checkout. */
  commit: string | null;
  /** Processes that wanted to run, on average of a minute, before the first cell: others than ours. */
  loadBefore: number;
  loadAfter: number;
}>;

export function describeMachine(database: string): Omit<Machine, 'peers' | 'loadAfter'> {
  return {
    at: new Date().toISOString(),
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    memoryGb: Math.round(totalmem() / 2 ** 30),
    kernel: `${type()} ${release()}`,
    node: process.versions.node,
    database,
    commit: readCommit(),
    loadBefore: readLoad(),
  };
}

export const readLoad = (): number => Number((loadavg()[0] ?? 0).toFixed(2));

function readCommit(): string | null {
  const git = (...args: string[]) =>
    execFileSync('git', args, {
      cwd: fileURLToPath(new URL('.', import.meta.url)),
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  try {
    return `${git('rev-parse', '--short', 'HEAD')}${git('status', '--porcelain', '--untracked-files=no') === '' ? '' : '+'}`;
  } catch {
    return null;
  }
}
