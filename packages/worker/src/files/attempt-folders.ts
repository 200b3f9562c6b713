import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Assignment } from '@millrace/core';
import { copyTree } from './copy-tree.ts';
import { removeTree } from './worker-folder.ts';
import type { WorkspaceFiles } from './workspace-files.ts';

/** An attempt's own folders. */
export type AttemptFolder = Readonly<{ path: string; workDir: string; tempDir: string }>;

export type AttemptFolders = Readonly<{
  /** Makes the folders of an attempt, with a copy of the workspace's files in `workDir`. */
  create(assignment: Assignment): Promise<AttemptFolder>;
  remove(folder: AttemptFolder): Promise<void>;
}>;

export function createAttemptFolders(folder: string, files: WorkspaceFiles): AttemptFolders {
  let count = 0;
  return {
    async create(assignment) {
      const path = join(folder, 'attempts', String(++count));
      const made = { path, workDir: join(path, 'work'), tempDir: join(path, 'temp') };
      await mkdir(made.tempDir, { recursive: true, mode: 0o700 });
      await mkdir(made.workDir, { mode: 0o700 });
      const source = await files.take(assignment.workspace, assignment.revision);
      try {
        if (source.path !== null) await copyTree(source.path, made.workDir);
      } finally {
        source.release();
      }
      return made;
    },
    remove: ({ path }) => removeTree(path),
  };
}
