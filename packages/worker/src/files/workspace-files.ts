import { mkdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import type { WorkerProtocol } from '@millrace/core';
import { unpackArchive } from './unpack-archive.ts';
import { removeTree } from './worker-folder.ts';

/** The files of a workspace at a revision; `path` null: it has none. `release` tells that they are no longer read. */
type TakenFiles = Readonly<{ path: string | null; release(): void }>;

export type WorkspaceFiles = Readonly<{ take(workspace: string, revision: string): Promise<TakenFiles> }>;

type Entry = { readonly files: Promise<string | null>; users: number };

/** How many revisions are kept that nobody uses. */
const keptUnused = 4;

/**
 * A cache of workspaces' files: each revision is fetched and unpacked once, into a folder that appears under its name only
 * when it is complete. A failed fetch is not remembered.
 */
export function createWorkspaceFiles(folder: string, openFiles: WorkerProtocol['openFiles']): WorkspaceFiles {
  /** In the order of use, so the first ones are the oldest. */
  const entries = new Map<string, Entry>();
  let count = 0;

  const fetchFiles = async (workspace: string, revision: string): Promise<string | null> => {
    const archive = await openFiles(workspace, revision);
    if (archive === null) return null;
    const path = join(folder, 'files', String(++count));
    const unfinished = `${path}.unfinished`;
    await mkdir(unfinished, { recursive: true, mode: 0o700 });
    try {
      await unpackArchive(archive, unfinished);
      await rename(unfinished, path);
    } catch (cause) {
      await removeTree(unfinished);
      throw cause;
    }
    return path;
  };

  const evict = (): void => {
    const unused = [...entries].filter(([, entry]) => entry.users === 0);
    for (const [key, entry] of unused.slice(0, Math.max(0, unused.length - keptUnused))) {
      entries.delete(key);
      // What cannot be removed now goes with the worker's folder.
      void entry.files.then((path) => (path === null ? undefined : removeTree(path))).catch(() => {});
    }
  };

  return {
    async take(workspace, revision) {
      const key = JSON.stringify([workspace, revision]);
      const entry = entries.get(key) ?? { files: fetchFiles(workspace, revision), users: 0 };
      entries.delete(key);
      entries.set(key, entry);
      entry.users++;
      let released = false;
      const release = (): void => {
        if (released) return;
        released = true;
        entry.users--;
        evict();
      };
      try {
        return { path: await entry.files, release };
      } catch (cause) {
        if (entries.get(key) === entry) entries.delete(key);
        release();
        throw cause;
      }
    },
  };
}
