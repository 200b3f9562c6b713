import { stat } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import type { StoredDiagnostic } from '@millrace/engine';
import { fileProblem } from '../files/diagnostic.ts';

export const definitionsFolder = '.workflows';

/** Tests of workflows stand beside them and define nothing. */
export const isTestFile = (path: string): boolean => /\.test\.ya?ml$/i.test(path);

/** Where a workspace's parts are. */
export type WorkspaceLocation = Readonly<{
  /** The workspace's folder, absolute; places of definitions are told from here. */
  root: string;
  /** The one YAML file that is the whole workspace; null: everything under `.workflows`. */
  onlyFile: string | null;
  /** Whether the folder's other files belong to it. A lone file outside of any `.workflows` has none. */
  hasFiles: boolean;
}>;

/** Finds the workspace that a path means: a workspace folder, a `.workflows` folder, or one YAML file. */
export async function locateWorkspace(path: string): Promise<WorkspaceLocation | StoredDiagnostic> {
  const absolute = resolve(path);
  const found = await stat(absolute).catch(() => null);
  if (found === null) {
    return fileProblem(
      'error',
      'not_found',
      path,
      `There is no file or folder ${path}.`,
      'Give the path of a workspace folder, a .workflows folder or a YAML file.',
    );
  }
  if (found.isDirectory()) {
    if (basename(absolute) === definitionsFolder) return { root: dirname(absolute), onlyFile: null, hasFiles: true };
    return { root: absolute, onlyFile: null, hasFiles: true };
  }
  if (!/\.ya?ml$/i.test(absolute)) {
    return fileProblem(
      'error',
      'not_yaml',
      path,
      `${path} is not a YAML file.`,
      'Definitions stand in files that end in .yaml or .yml.',
    );
  }
  if (isTestFile(absolute)) {
    return fileProblem(
      'error',
      'test_file',
      path,
      `${path} holds tests of workflows, not workflows.`,
      'Run them with `millrace test`.',
    );
  }
  const parts = absolute.split(sep);
  const at = parts.lastIndexOf(definitionsFolder);
  if (at > 0) {
    return { root: parts.slice(0, at).join(sep) || sep, onlyFile: absolute, hasFiles: true };
  }
  return { root: dirname(absolute), onlyFile: absolute, hasFiles: false };
}

export function isLocation(found: WorkspaceLocation | StoredDiagnostic): found is WorkspaceLocation {
  return 'root' in found;
}

/** A file's path from the workspace's root, as places and diagnostics name it. */
export function pathInWorkspace(root: string, absolute: string): string {
  return relative(root, absolute).replaceAll(sep, '/');
}

export const definitionsPath = (root: string): string => join(root, definitionsFolder);
