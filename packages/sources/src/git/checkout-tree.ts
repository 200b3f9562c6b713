import { mkdir, rm } from 'node:fs/promises';
import type { StoredDiagnostic } from '@millrace/engine';
import { describeBytes, fileProblem } from '../files/diagnostic.ts';
import { readInside } from '../files/read-inside.ts';
import type { WorkspaceLimits } from '../files/workspace-limits.ts';
import { GitFailure } from './git-failure.ts';
import { type GitCall, runGit } from './run-git.ts';

export type Checkout = Readonly<{
  commit: string;
  /** Folder within the repository, without slashes at its ends; '' is the whole of it. */
  path: string;
  /** An empty folder, to be filled. */
  into: string;
  limits: WorkspaceLimits;
}>;

type TreeEntry = Readonly<{ mode: string; sizeBytes: number; path: string }>;

const submodule = '160000';

/**
 * Writes the files of a commit into a folder, byte by byte as they were committed. What it would write is looked at first:
 * more than the limits is a problem, and nothing is written. Submodules stay empty and Git LFS pointers stay pointers, both
 * with a warning. Git itself refuses paths that lead out of the folder and never writes through a link.
 */
export async function checkoutTree(
  call: GitCall,
  repository: string,
  { commit, path, into, limits }: Checkout,
): Promise<readonly StoredDiagnostic[]> {
  const tree = `${commit}:${path}`;
  const kind = await runGit(call, repository, ['cat-file', '-t', tree]).catch(() => '');
  if (kind.trim() !== 'tree') {
    throw new GitFailure(
      'git_path_not_found',
      `The repository ${call.url} has no folder ${path} at ${commit.slice(0, 12)}.`,
      'Check `path` of the workspace; it counts from the root of the repository.',
    );
  }
  const entries = parseTree(await runGit(call, repository, ['ls-tree', '-r', '-z', '-l', '--full-tree', tree]));
  const tooLarge = checkSize(entries, limits);
  if (tooLarge !== null) return [tooLarge];
  await mkdir(into, { recursive: true, mode: 0o700 });
  const index = `${into}.index`;
  try {
    const own = { GIT_DIR: repository, GIT_WORK_TREE: into, GIT_INDEX_FILE: index };
    await runGit(call, into, ['read-tree', tree], own);
    await runGit(call, into, ['checkout-index', '-a', '-f', '-q'], own);
  } finally {
    await rm(index, { force: true });
  }
  return [...submoduleWarning(entries), ...(await lfsWarning(into))];
}

/** `<mode> <type> <object> <size>\t<path>`, each ended by a NUL. */
function parseTree(text: string): readonly TreeEntry[] {
  return text.split('\0').flatMap((line) => {
    const [, mode = '', size = '', path = ''] = /^(\d+) \w+ [0-9a-f]+ +(\d+|-)\t([\s\S]*)$/.exec(line) ?? [];
    return mode === '' ? [] : [{ mode, sizeBytes: size === '-' ? 0 : Number(size), path }];
  });
}

function checkSize(entries: readonly TreeEntry[], limits: WorkspaceLimits): StoredDiagnostic | null {
  const total = entries.reduce((sum, entry) => sum + entry.sizeBytes, 0);
  const files = limits.files + limits.definitionFiles;
  const huge = entries.find((entry) => entry.sizeBytes > limits.fileBytes);
  const hint = 'Keep workflows in a repository (or a folder of one: `path`) that holds little else.';
  if (huge !== undefined) {
    const allowed = describeBytes(limits.fileBytes);
    const message = `This file has ${describeBytes(huge.sizeBytes)}; a file of a workspace may have ${allowed}.`;
    return fileProblem('error', 'file_too_large', huge.path, message, hint);
  }
  if (entries.length <= files && total <= limits.totalBytes) return null;
  const what = entries.length > files ? `${entries.length} files` : describeBytes(total);
  const allowed = entries.length > files ? `${files} files` : describeBytes(limits.totalBytes);
  return fileProblem(
    'error',
    'workspace_too_large',
    '.',
    `The commit holds ${what}; at most ${allowed} are allowed.`,
    hint,
  );
}

function submoduleWarning(entries: readonly TreeEntry[]): readonly StoredDiagnostic[] {
  const first = entries.find((entry) => entry.mode === submodule);
  if (first === undefined) return [];
  const message = `${first.path} is a submodule, which is not fetched: its folder is empty.`;
  const hint = 'Copy what is needed into the repository, make it a pack, or let a step fetch it (`core.git_checkout`).';
  return [fileProblem('warning', 'submodule_left_out', first.path, message, hint)];
}

async function lfsWarning(folder: string): Promise<readonly StoredDiagnostic[]> {
  const attributes = await readInside(folder, '.gitattributes');
  if (attributes === null || !/\bfilter=lfs\b/.test(attributes)) return [];
  const message = 'Files in Git LFS are not fetched: steps find small pointer files in their place.';
  return [fileProblem('warning', 'lfs_left_out', '.gitattributes', message, 'Let the step that needs one fetch it.')];
}
