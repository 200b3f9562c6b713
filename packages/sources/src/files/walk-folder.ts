import type { Stats } from 'node:fs';
import { readdir, realpath, stat } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { systemCode } from './system-code.ts';

export type FoundFile = Readonly<{
  /** From the workspace's root, with `/` as its separator. */
  path: string;
  absolute: string;
  stats: Stats;
}>;

export type Walk = Readonly<{
  /** In the order of their paths. */
  files: readonly FoundFile[];
  /** Links that were not followed: those out of the workspace, to folders, to nothing. */
  skippedLinks: readonly string[];
  /** Folders and files that this user may not read. */
  unreadable: readonly string[];
  /** More files than `limit`; the rest was not looked at. */
  truncated: boolean;
}>;

/** A folder that holds this file is a data folder of Millrace, of whatever process: never part of a workspace. */
const dataFolderMark = 'postgres.password';

/**
 * All regular files below `start`. A link to a file inside the workspace counts as that file (a mounted Kubernetes
 * ConfigMap is made of such links); links to folders and links that lead out of the workspace are left out and reported:
 * following them could loop, or hand files of this machine to steps. What vanishes during the walk was never there.
 */
export async function walkFolder(
  root: string,
  start: string,
  options: Readonly<{ skip: (path: string, isFolder: boolean) => boolean; limit: number }>,
): Promise<Walk> {
  const realRoot = await realpath(root);
  const files: FoundFile[] = [];
  const skippedLinks: string[] = [];
  const unreadable: string[] = [];
  let truncated = false;

  async function resolveLink(path: string, absolute: string): Promise<FoundFile | null> {
    const target = await realpath(absolute).catch(() => null);
    const stats = target === null ? null : await stat(target).catch(() => null);
    if (target === null || stats === null || !stats.isFile() || !target.startsWith(realRoot + sep)) {
      skippedLinks.push(path);
      return null;
    }
    return { path, absolute, stats };
  }

  async function visit(folder: string, base: string): Promise<void> {
    const entries = await readdir(folder, { withFileTypes: true }).catch((cause: unknown) => {
      const code = systemCode(cause);
      if (code === 'EACCES' || code === 'EPERM') unreadable.push(base === '' ? '.' : base);
      else if (code !== 'ENOENT' && code !== 'ENOTDIR') throw cause;
      return [];
    });
    if (entries.some((entry) => entry.name === dataFolderMark)) return;
    const wanted = entries.filter(
      (entry) => !options.skip(base === '' ? entry.name : `${base}/${entry.name}`, entry.isDirectory()),
    );
    const found = await Promise.all(
      wanted.map(async (entry) => {
        const path = base === '' ? entry.name : `${base}/${entry.name}`;
        const absolute = join(folder, entry.name);
        if (entry.isSymbolicLink()) return resolveLink(path, absolute);
        if (!entry.isFile()) return null;
        const stats = await stat(absolute).catch(() => null);
        return stats === null ? null : { path, absolute, stats };
      }),
    );
    for (const file of found) {
      if (file === null) continue;
      if (files.length >= options.limit) {
        truncated = true;
        return;
      }
      files.push(file);
    }
    for (const entry of wanted) {
      if (truncated) return;
      if (entry.isDirectory())
        await visit(join(folder, entry.name), base === '' ? entry.name : `${base}/${entry.name}`);
    }
  }

  await visit(start, start === root ? '' : start.slice(root.length + 1).replaceAll(sep, '/'));
  const byPath = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
  return {
    files: files.sort((a, b) => byPath(a.path, b.path)),
    skippedLinks: skippedLinks.sort(byPath),
    unreadable: unreadable.sort(byPath),
    truncated,
  };
}
