import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** Looking at more would cost more than the answer is worth. */
const maxFiles = 20_000;

/** The files below a folder; `complete` is false when there are more than were looked at. Links are not followed. */
export async function measureTree(
  folder: string,
): Promise<Readonly<{ files: number; bytes: number; complete: boolean }>> {
  let files = 0;
  let bytes = 0;
  const folders = [folder];
  for (let next = folders.pop(); next !== undefined; next = folders.pop()) {
    const entries = await readdir(next, { withFileTypes: true }).catch(() => []);
    for (const entry of entries) {
      const path = join(next, entry.name);
      if (entry.isDirectory()) {
        folders.push(path);
        continue;
      }
      if (files >= maxFiles) return { files, bytes, complete: false };
      files += 1;
      bytes += (await lstat(path).catch(() => null))?.size ?? 0;
    }
  }
  return { files, bytes, complete: true };
}
