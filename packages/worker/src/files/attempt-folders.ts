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
  /** Another attempt's, with all that is missing: it may be moved to `path`, where nothing is. null: there is none. */
  spare: string | null;
}>;

type WorkspaceRevision = Readonly<{ workspace: string; revision: string }>;

export type AttemptFolders = Readonly<{
  /** Folders for an attempt, with a copy of the workspace's files in `workDir`. Those of one without files are missing. */
  create(files: WorkspaceRevision): Promise<AttemptFolder>;
  /** Makes folders for a local run, as for an attempt; none is missing. */
  createWhole(files: WorkspaceRevision): Promise<AttemptFolder>;
  /** Folders for an attempt of a local run: it works where the run does. */
  createWithin(run: AttemptFolder): Promise<AttemptFolder>;
  /** `clean`: they are as they were made, and some later attempt may have them. */
  remove(folder: AttemptFolder, clean: boolean): Promise<void>;
}>;

/** So many that no attempt has are kept, of a worker or of a local run. */
const maxSpares = 64;

export async function createAttemptFolders(folder: string, files: WorkspaceFiles): Promise<AttemptFolders> {
  const attempts = join(folder, 'attempts');
  await mkdir(attempts, { recursive: true, mode: 0o700 });
  let count = 0;
  /** By the folder that they are in. Making and removing folders is what a light step would cost most. */
  const spares = new Map<string, string[]>();
  const sparesIn = (parent: string): string[] => {
    const known = spares.get(parent) ?? [];
    spares.set(parent, known);
    return known;
  };
  const create = async ({ workspace, revision }: WorkspaceRevision): Promise<AttemptFolder> => {
    const path = join(attempts, String(++count));
    const workDir = join(path, 'work');
    const source = await files.take(workspace, revision);
    try {
      if (source.path === null) {
        return { path, workDir, tempDir: path, missing: [path, workDir], spare: sparesIn(attempts).pop() ?? null };
      }
      await makeAll([path, workDir]);
      await copyTree(source.path, workDir);
    } finally {
      source.release();
    }
    return { path, workDir, tempDir: path, missing: [], spare: null };
  };
  /** A spare folder that was not moved is one for the next attempt. */
  const giveBack = ({ path, spare }: AttemptFolder): void => {
    if (spare !== null && existsSync(spare)) sparesIn(dirname(path)).push(spare);
  };
  /** Whether it is kept for another attempt. */
  const keep = ({ path }: AttemptFolder): boolean => {
    const others = sparesIn(dirname(path));
    return others.length < maxSpares && others.push(path) > 0;
  };
  return {
    create,
    async createWhole(revision) {
      const made = await create(revision);
      await makeAll(made.missing);
      giveBack(made);
      return { ...made, missing: [], spare: null };
    },
    async createWithin({ workDir, tempDir }) {
      const path = join(tempDir, String(++count));
      return { path, workDir, tempDir: path, missing: [path], spare: sparesIn(tempDir).pop() ?? null };
    },
    async remove(attempt, clean) {
      if (clean && keep(attempt)) return;
      giveBack(attempt);
      spares.delete(attempt.path);
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
