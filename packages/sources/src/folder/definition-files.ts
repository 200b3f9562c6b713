import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import type { StoredDiagnostic } from '@millrace/engine';
import type { ContentCache } from '../files/content-cache.ts';
import { describeBytes, fileProblem } from '../files/diagnostic.ts';
import { isInside } from '../files/read-inside.ts';
import { type FoundFile, walkFolder } from '../files/walk-folder.ts';
import type { WorkspaceLimits } from '../files/workspace-limits.ts';
import {
  definitionsFolder,
  definitionsPath,
  isTestFile,
  pathInWorkspace,
  type WorkspaceLocation,
} from './locate-workspace.ts';
import { reportWalk, unreadable } from './walk-problems.ts';

export type DefinitionFiles = Readonly<{
  /** Sorted by path. */
  sources: readonly Readonly<{ path: string; text: string }>[];
  /** SHA-256 over names and contents. */
  hash: string;
  diagnostics: readonly StoredDiagnostic[];
}>;

/** Whether a path from the workspace's root is a YAML file of definitions or of their tests. */
export const isInFolder = (path: string): boolean => path.startsWith(`${definitionsFolder}/`) && /\.ya?ml$/i.test(path);
const isDefinition = (path: string): boolean => isInFolder(path) && !isTestFile(path);
const isHidden = (path: string): boolean => path.slice(path.lastIndexOf('/') + 1).startsWith('.');

/** Reads all definition files of a workspace or a pack. */
export async function readDefinitionFiles(
  location: WorkspaceLocation,
  limits: WorkspaceLimits,
  cache: ContentCache,
): Promise<DefinitionFiles> {
  const diagnostics: StoredDiagnostic[] = [];
  const found = await findDefinitions(location, limits, diagnostics);
  const sources: { path: string; text: string }[] = [];
  const digest = createHash('sha256');
  for (const file of found) {
    if (file.stats.size > limits.definitionBytes) {
      diagnostics.push(
        fileProblem(
          'error',
          'file_too_large',
          file.path,
          `This file has ${describeBytes(file.stats.size)}; a definition file may have ${describeBytes(limits.definitionBytes)}.`,
          'Split it: files of a workspace merge by section.',
        ),
      );
      continue;
    }
    const read = await cache.text(file).catch(() => null);
    if (read === null) {
      diagnostics.push(unreadable(file.path));
      continue;
    }
    sources.push({ path: file.path, text: read.text });
    digest.update(`${JSON.stringify(file.path)} ${read.hash}\n`);
  }
  return { sources, hash: digest.digest('hex'), diagnostics };
}

/** Whether a folder is there and is the workspace's own: a link must not make another folder of this machine its part. */
async function isFolderInside(root: string, folder: string): Promise<boolean> {
  const there = await stat(folder).catch(() => null);
  return there?.isDirectory() === true && (await isInside(root, folder));
}

async function findDefinitions(
  location: WorkspaceLocation,
  limits: WorkspaceLimits,
  diagnostics: StoredDiagnostic[],
): Promise<readonly FoundFile[]> {
  if (location.onlyFile !== null) {
    const path = pathInWorkspace(location.root, location.onlyFile);
    const stats = await stat(location.onlyFile).catch(() => null);
    if (stats?.isFile() === true) return [{ path, absolute: location.onlyFile, stats }];
    diagnostics.push(unreadable(path));
    return [];
  }
  const folder = definitionsPath(location.root);
  if (!(await isFolderInside(location.root, folder))) {
    diagnostics.push(
      fileProblem(
        'error',
        'no_workflows_folder',
        definitionsFolder,
        `There is no folder ${definitionsFolder} in ${location.root}.`,
        `Definitions stand in ${definitionsFolder}/*.yaml. \`millrace init\` writes a first one; or give the path of another folder.`,
      ),
    );
    return [];
  }
  const walk = await walkFolder(location.root, folder, {
    skip: (path, isFolder) => isHidden(path) || (!isFolder && !isDefinition(path)),
    limit: limits.definitionFiles,
  });
  reportWalk(walk, diagnostics);
  if (walk.truncated) {
    diagnostics.push(
      fileProblem(
        'error',
        'too_many_files',
        definitionsFolder,
        `${definitionsFolder} holds more than ${limits.definitionFiles} YAML files.`,
        'Put several definitions in one file (files merge by section), or split the workspace.',
      ),
    );
  }
  if (walk.files.length === 0) {
    diagnostics.push(
      fileProblem(
        'warning',
        'no_definitions',
        definitionsFolder,
        `${definitionsFolder} holds no .yaml or .yml file.`,
        'Add one: `millrace init` writes a first workflow.',
      ),
    );
  }
  return walk.files;
}
