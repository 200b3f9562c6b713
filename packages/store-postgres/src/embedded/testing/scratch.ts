import { chmodSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { endStrayProcesses, stopServer } from '../postmaster.ts';
import { readPostmasterFile } from '../postmaster-file.ts';

export const isRoot = process.getuid?.() === 0;

export type Scratch = Readonly<{ dir: string; remove(): Promise<void> }>;

/** A temporary folder that anyone may enter. Its removal first ends the servers that a failed test left behind. */
export function makeScratch(): Scratch {
  const dir = mkdtempSync(join(tmpdir(), 'millrace-embedded-test-'));
  chmodSync(dir, 0o755);
  return {
    dir,
    async remove() {
      for (const clusterDir of clusters) {
        if (!clusterDir.startsWith(dir) || !existsSync(clusterDir)) continue;
        const file = readPostmasterFile(clusterDir);
        if (file !== undefined) await stopServer({ pid: file.pid, clusterDir, startedAtSec: file.startedAtSec });
        await endStrayProcesses(clusterDir);
      }
      rmSync(dir, { recursive: true, force: true, maxRetries: 20 });
    },
  };
}

const clusters = new Set<string>();

/** Names a data folder and remembers its cluster for the clean-up. */
export function dataFolder(...path: string[]): string {
  const dataDir = join(...path);
  clusters.add(join(dataDir, 'postgres'));
  return dataDir;
}
