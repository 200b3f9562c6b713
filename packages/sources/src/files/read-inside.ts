import { readFile, realpath, stat } from 'node:fs/promises';
import { join, sep } from 'node:path';

/** Whether a path is in a folder once all links are followed. What is not there is not in it. */
export async function isInside(root: string, absolute: string): Promise<boolean> {
  const [realRoot, real] = await Promise.all([realpath(root).catch(() => null), realpath(absolute).catch(() => null)]);
  return realRoot !== null && real !== null && (real === realRoot || real.startsWith(realRoot + sep));
}

/** The text of a file in a folder; null when there is none, or a link leads out: it must not show files of this machine. */
export async function readInside(root: string, path: string, limitBytes = 1024 * 1024): Promise<string | null> {
  const absolute = join(root, path);
  if (!(await isInside(root, absolute))) return null;
  const stats = await stat(absolute).catch(() => null);
  if (stats?.isFile() !== true || stats.size > limitBytes) return null;
  return await readFile(absolute, 'utf8').catch(() => null);
}
