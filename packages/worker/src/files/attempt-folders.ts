import { existsSync } from 'node:fs';
import { mkdir, rmdir, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { stepPaths } from '@millrace/executors';
import { copyTree } from './copy-tree.ts';
import { removeTree } from './worker-folder.ts';
import type { WorkspaceFiles } from './workspace-files.ts';

/**
 * An attempt's own folders: `tempDir` is `path` itself, and `workDir` a folder in it (of a local run's step: the run's).
 * `missing` are those that are not there yet, outermost first.
 */
export type AttemptFolder = Readonly<{
  path: string;
  workDir: string;
  tempDir: string;
  missing: readonly string[];
}>;

type WorkspaceRevision = Readonly<{ workspace: string; revision: string }>;

export type AttemptFolders = Readonly<{
  /** Folders for an attempt, with a copy of the workspace's files in `workDir`. Those of one without files are missing. */
  create(files: WorkspaceRevision): Promise<AttemptFolder>;
  /** Makes folders for a local run, as for an attempt; none is missing. */
  createWhole(files: WorkspaceRevision): Promise<AttemptFolder>;
  /** Folders for an attempt of a local run: it works where the run does. */
  createWithin(run: AttemptFolder): Promise<AttemptFolder>;
  remove(folder: AttemptFolder): Promise<void>;
}>;

export async function createAttemptFolders(folder: string, files: WorkspaceFiles): Promise<AttemptFolders> {
  const attempts = join(folder, 'attempts');
  await mkdir(attempts, { recursive: true, mode: 0o700 });
  let count = 0;
  const create = async ({ workspace, revision }: WorkspaceRevision): Promise<AttemptFolder> => {
    const path = join(attempts, String(++count));
    const workDir = join(path, 'work');
    const source = await files.take(workspace, revision);
    try {
      if (source.path === null) return { path, workDir, tempDir: path, missing: [path, workDir] };
      await makeAll([path, workDir]);
      await copyTree(source.path, workDir);
    } finally {
      source.release();
    }
    return { path, workDir, tempDir: path, missing: [] };
  };
  return {
    create,
    async createWhole(revision) {
      const made = await create(revision);
      await makeAll(made.missing);
      return { ...made, missing: [] };
    },
    async createWithin({ workDir, tempDir }) {
      const path = join(tempDir, String(++count));
      return { path, workDir, tempDir: path, missing: [path] };
    },
    async remove(attempt) {
      if (!(await removeLittle(attempt))) await removeTree(attempt.path);
    },
  };
}

async function makeAll(folders: readonly string[]): Promise<void> {
  for (const each of folders) await mkdir(each, { mode: 0o700 });
}

/**
 * Removes the folders of an attempt that left nothing in them but input and output; says whether that was all. Looking
 * through a tree of which nothing is known takes several times as many calls.
 */
async function removeLittle({ path, workDir }: AttemptFolder): Promise<boolean> {
  const { input, output, temp } = stepPaths(path);
  try {
    await unlink(input);
    if (existsSync(output)) await unlink(output);
    await rmdir(temp);
    if (dirname(workDir) === path) await rmdir(workDir);
    await rmdir(path);
    return true;
  } catch {
    return false;
  }
}
