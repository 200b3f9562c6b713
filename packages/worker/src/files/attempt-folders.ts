import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { copyTree } from './copy-tree.ts';
import { removeTree } from './worker-folder.ts';
import type { WorkspaceFiles } from './workspace-files.ts';

/** An attempt's own folders. */
export type AttemptFolder = Readonly<{ path: string; workDir: string; tempDir: string }>;

type WorkspaceRevision = Readonly<{ workspace: string; revision: string }>;

export type AttemptFolders = Readonly<{
  /** Makes the folders of an attempt (or a local run), with a copy of the workspace's files in `workDir`. */
  create(files: WorkspaceRevision): Promise<AttemptFolder>;
  /** Folders of an attempt of a local run: it works where the run does. */
  createWithin(run: AttemptFolder): Promise<AttemptFolder>;
  remove(folder: AttemptFolder): Promise<void>;
}>;

export function createAttemptFolders(folder: string, files: WorkspaceFiles): AttemptFolders {
  let count = 0;
  return {
    async create({ workspace, revision }) {
      const path = join(folder, 'attempts', String(++count));
      const made = { path, workDir: join(path, 'work'), tempDir: join(path, 'temp') };
      await mkdir(made.tempDir, { recursive: true, mode: 0o700 });
      await mkdir(made.workDir, { mode: 0o700 });
      const source = await files.take(workspace, revision);
      try {
        if (source.path !== null) await copyTree(source.path, made.workDir);
      } finally {
        source.release();
      }
      return made;
    },
    async createWithin({ workDir, tempDir }) {
      const path = join(tempDir, String(++count));
      await mkdir(path, { mode: 0o700 });
      return { path, workDir, tempDir: path };
    },
    remove: ({ path }) => removeTree(path),
  };
}
