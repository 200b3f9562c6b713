import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { StoredDiagnostic } from '@millrace/engine';
import { createContentCache } from '../files/content-cache.ts';
import { fileProblem } from '../files/diagnostic.ts';
import { type FoundFile, walkFolder } from '../files/walk-folder.ts';
import { defaultLimits } from '../files/workspace-limits.ts';
import {
  definitionsFolder,
  definitionsPath,
  isLocation,
  isTestFile,
  locateWorkspace,
  pathInWorkspace,
  type WorkspaceLocation,
} from './locate-workspace.ts';

/** The test files that a path means, and the workspace whose workflows they test. */
export type LoadedTestFiles = Readonly<{
  location: WorkspaceLocation;
  files: readonly Readonly<{ path: string; text: string }>[];
}>;

/**
 * Finds and reads test files. A folder means all of its workspace's tests; a test file means itself; any other YAML file
 * means the tests beside it that have its name (`release.yaml`: `release.test.yaml`). Inside of a `.workflows` folder the
 * workflows are those of the whole folder, elsewhere those of the one file. What cannot be is told as a diagnostic.
 */
export async function loadTests(path: string): Promise<LoadedTestFiles | StoredDiagnostic> {
  const absolute = resolve(path);
  const own = isTestFile(absolute);
  const definitions = own ? await besideTests(absolute) : path;
  if (definitions === null) {
    return fileProblem(
      'error',
      'not_found',
      path,
      `There is no file of workflows beside ${path}.`,
      'Tests stand beside the file that they test (x.test.yaml beside x.yaml), or anywhere in a .workflows folder.',
    );
  }
  const found = await locateWorkspace(definitions);
  if (!isLocation(found)) return found;
  const { root, onlyFile } = found;
  // Inside of `.workflows` files merge, so one of them alone may lack actions that it uses.
  const location = onlyFile !== null && found.hasFiles ? { ...found, onlyFile: null } : found;
  const only = own ? [absolute] : onlyFile === null ? null : testsOf(onlyFile);
  const files = only === null ? await walkTests(root) : await statAll(root, only);
  const cache = createContentCache();
  return {
    location,
    files: await Promise.all(files.map(async (file) => ({ path: file.path, text: (await cache.text(file)).text }))),
  };
}

const isFile = async (path: string): Promise<boolean> => (await stat(path).catch(() => null))?.isFile() === true;

/** The workspace of a test file: its `.workflows` folder, or the one file beside it; null: there is neither. */
async function besideTests(absolute: string): Promise<string | null> {
  const parts = absolute.split(/[\\/]/);
  const at = parts.lastIndexOf(definitionsFolder);
  if (at > 0) return absolute.slice(0, parts.slice(0, at + 1).join('/').length);
  const stem = absolute.replace(/\.test\.ya?ml$/i, '');
  for (const path of [`${stem}.yaml`, `${stem}.yml`]) if (await isFile(path)) return path;
  return null;
}

const testsOf = (file: string): readonly string[] => {
  const stem = file.replace(/\.ya?ml$/i, '');
  return [`${stem}.test.yaml`, `${stem}.test.yml`];
};

async function walkTests(root: string): Promise<readonly FoundFile[]> {
  const folder = definitionsPath(root);
  if ((await stat(folder).catch(() => null))?.isDirectory() !== true) return [];
  const { files } = await walkFolder(root, folder, {
    skip: (path, isFolder) => !isFolder && !isTestFile(path),
    limit: defaultLimits.definitionFiles,
  });
  return files;
}

async function statAll(root: string, paths: readonly string[]): Promise<readonly FoundFile[]> {
  const found = await Promise.all(
    paths.map(async (absolute) => {
      const stats = await stat(absolute).catch(() => null);
      return stats?.isFile() === true ? [{ path: pathInWorkspace(root, absolute), absolute, stats }] : [];
    }),
  );
  return found.flat();
}
