import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import type { Definitions } from '@millrace/core';
import { loadDefinitions } from '@millrace/definition';
import type { StoredDiagnostic } from '@millrace/engine';
import { type ContentCache, createContentCache } from '../files/content-cache.ts';
import { describeBytes, fileProblem } from '../files/diagnostic.ts';
import { ignoreFile, readIgnoreRules } from '../files/ignore-rules.ts';
import { type PackedFile, packFiles } from '../files/pack-files.ts';
import { isInside } from '../files/read-inside.ts';
import { systemCode } from '../files/system-code.ts';
import { type FoundFile, type Walk, walkFolder } from '../files/walk-folder.ts';
import { defaultLimits, type WorkspaceLimits } from '../files/workspace-limits.ts';
import {
  definitionsFolder,
  definitionsPath,
  isTestFile,
  pathInWorkspace,
  type WorkspaceLocation,
} from './locate-workspace.ts';

/** What the YAML files of a workspace say. */
export type LoadedWorkspace = Readonly<{
  /** null when `diagnostics` hold an error. */
  definitions: Definitions | null;
  diagnostics: readonly StoredDiagnostic[];
  /** The texts that were read, for showing a diagnostic's line. */
  sources: readonly Readonly<{ path: string; text: string }>[];
  /** SHA-256 over the names and contents of the definition files. */
  hash: string;
}>;

type Scanned = Readonly<{ files: readonly PackedFile[]; diagnostics: readonly StoredDiagnostic[] }>;

const isInFolder = (path: string): boolean => path.startsWith(`${definitionsFolder}/`) && /\.ya?ml$/i.test(path);
const isDefinition = (path: string): boolean => isInFolder(path) && !isTestFile(path);
const isHidden = (path: string): boolean => path.slice(path.lastIndexOf('/') + 1).startsWith('.');

/** Reads and checks all definitions. Never throws for what is wrong with files: that is told as diagnostics. */
export async function loadWorkspace(
  location: WorkspaceLocation,
  options: Readonly<{ limits?: Partial<WorkspaceLimits>; cache?: ContentCache }> = {},
): Promise<LoadedWorkspace> {
  const limits = { ...defaultLimits, ...options.limits };
  const cache = options.cache ?? createContentCache();
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
  const loaded = loadDefinitions(sources);
  const all = [...diagnostics, ...loaded.diagnostics];
  const failed = all.some((diagnostic) => diagnostic.severity === 'error');
  return { definitions: failed ? null : loaded.definitions, diagnostics: all, sources, hash: digest.digest('hex') };
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

/**
 * Looks at every file that steps may need: all of the folder but definitions, their tests, what is ignored, and the folders of
 * `exclude` (absolute paths).
 */
export async function scanWorkspaceFiles(
  location: WorkspaceLocation,
  options: Readonly<{ limits?: Partial<WorkspaceLimits>; cache?: ContentCache; exclude?: readonly string[] }> = {},
): Promise<Scanned> {
  if (!location.hasFiles) return { files: [], diagnostics: [] };
  const limits = { ...defaultLimits, ...options.limits };
  const cache = options.cache ?? createContentCache();
  const ignored = await readIgnoreRules(location.root, options.exclude);
  const walk = await walkFolder(location.root, location.root, {
    skip: (path, isFolder) => ignored(path, isFolder) || (!isFolder && isInFolder(path)),
    limit: limits.files,
  });
  const diagnostics: StoredDiagnostic[] = [];
  reportWalk(walk, diagnostics);
  const total = walk.files.reduce((sum, file) => sum + file.stats.size, 0);
  if (walk.truncated || total > limits.totalBytes) {
    const what = walk.truncated ? `more than ${limits.files} files` : describeBytes(total);
    const allowed = walk.truncated ? `${limits.files} files` : describeBytes(limits.totalBytes);
    diagnostics.push(
      fileProblem(
        'error',
        'workspace_too_large',
        '.',
        `The workspace holds ${what}; steps get all of them, so at most ${allowed} are allowed. Largest: ${largest(walk.files)}.`,
        `Name what steps do not need in ${ignoreFile} (same form as .gitignore), or move .workflows to a folder of its own.`,
      ),
    );
    return { files: [], diagnostics };
  }
  const files: PackedFile[] = [];
  for (const file of walk.files) {
    if (file.stats.size > limits.fileBytes) {
      diagnostics.push(
        fileProblem(
          'error',
          'file_too_large',
          file.path,
          `This file has ${describeBytes(file.stats.size)}; a file of a workspace may have ${describeBytes(limits.fileBytes)}.`,
          `Name it in ${ignoreFile} if no step needs it, or let the step that needs it fetch it.`,
        ),
      );
      continue;
    }
    const hash = await cache.hash(file).catch((cause: unknown) => (systemCode(cause) === 'ENOENT' ? 'gone' : null));
    if (hash === 'gone') continue;
    if (hash === null) diagnostics.push(unreadable(file.path));
    else {
      const executable = (file.stats.mode & 0o100) !== 0;
      files.push({ path: file.path, absolute: file.absolute, sizeBytes: file.stats.size, executable, hash });
    }
  }
  return { files, diagnostics };
}

/** The files as a gzipped tar stream, straight from the folder; null when there are none or they cannot be had. */
export async function openWorkspaceFiles(location: WorkspaceLocation): Promise<AsyncIterable<Uint8Array> | null> {
  const { files } = await scanWorkspaceFiles(location);
  return files.length === 0 ? null : packFiles(files);
}

function reportWalk(walk: Walk, diagnostics: StoredDiagnostic[]): void {
  for (const path of walk.unreadable) diagnostics.push(unreadable(path));
  const [first] = walk.skippedLinks;
  if (first === undefined) return;
  const more = walk.skippedLinks.length - 1;
  diagnostics.push(
    fileProblem(
      'warning',
      'link_left_out',
      first,
      `${first}${more > 0 ? ` and ${more} more` : ''}: a link to a folder, to nothing, or out of the workspace is not followed.`,
      'Links to files inside the workspace work. Copy what the link leads to, or ignore it.',
    ),
  );
}

function unreadable(path: string): StoredDiagnostic {
  return fileProblem(
    'error',
    'unreadable',
    path,
    `${path} cannot be read.`,
    `Give the user that runs Millrace the right to read it, or name it in ${ignoreFile}.`,
  );
}

/** The three entries of the workspace's root that hold most, for the person who has to choose what to leave out. */
function largest(files: readonly FoundFile[]): string {
  const sums = new Map<string, { bytes: number; count: number }>();
  for (const file of files) {
    const slash = file.path.indexOf('/');
    const top = slash < 0 ? file.path : file.path.slice(0, slash + 1);
    const sum = sums.get(top) ?? { bytes: 0, count: 0 };
    sums.set(top, { bytes: sum.bytes + file.stats.size, count: sum.count + 1 });
  }
  return [...sums]
    .sort(([, a], [, b]) => b.bytes - a.bytes || b.count - a.count)
    .slice(0, 3)
    .map(([top, sum]) => `${top} (${describeBytes(sum.bytes)}, ${sum.count} files)`)
    .join(', ');
}
