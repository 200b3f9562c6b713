import type { StoredDiagnostic } from '@millrace/engine';
import { type ContentCache, createContentCache } from '../files/content-cache.ts';
import { describeBytes, fileProblem } from '../files/diagnostic.ts';
import { ignoreFile, readIgnoreRules } from '../files/ignore-rules.ts';
import { type PackedFile, packFiles } from '../files/pack-files.ts';
import { systemCode } from '../files/system-code.ts';
import { type FoundFile, walkFolder } from '../files/walk-folder.ts';
import { defaultLimits, type WorkspaceLimits } from '../files/workspace-limits.ts';
import { isInFolder } from './definition-files.ts';
import type { WorkspaceLocation } from './locate-workspace.ts';
import { reportWalk, unreadable } from './walk-problems.ts';

type Scanned = Readonly<{ files: readonly PackedFile[]; diagnostics: readonly StoredDiagnostic[] }>;

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

/**
 * The files as a gzipped tar stream, straight from the folder, and those of packs; null when there are none or they cannot be
 * had.
 */
export async function openWorkspaceFiles(
  location: WorkspaceLocation,
  ofPacks: readonly PackedFile[],
): Promise<AsyncIterable<Uint8Array> | null> {
  const files = [...(await scanWorkspaceFiles(location)).files, ...ofPacks];
  return files.length === 0 ? null : packFiles(files);
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
