import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isBlobKeySegment } from '../blob-key.ts';
import { systemCode } from './local-fault.ts';

type Listed = Readonly<{ key: string; sizeBytes: number }>;

/** Walks only the folders that can hold keys with this prefix, in the order of the keys. */
export async function listBlobs(root: string, prefix: string): Promise<readonly Listed[]> {
  const cut = prefix.lastIndexOf('/');
  const base = prefix.slice(0, cut + 1);
  const found: Listed[] = [];
  await walk(join(root, ...base.split('/')), base, prefix.slice(cut + 1), found);
  return found;
}

async function walk(folder: string, base: string, begin: string, found: Listed[]): Promise<void> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((cause: unknown) => {
    const code = systemCode(cause);
    if (code === 'ENOENT' || code === 'ENOTDIR') return [];
    throw cause;
  });
  // A folder stands in key order with its slash: `a-b`, `a.b`, `a/…`, because `-` < `.` < `/`.
  const sorted = entries
    .filter((entry) => entry.name.startsWith(begin) && isBlobKeySegment(entry.name))
    .map((entry) => ({ name: entry.name, order: entry.isDirectory() ? `${entry.name}/` : entry.name, entry }))
    .sort((a, b) => (a.order < b.order ? -1 : 1));
  const sizes = await Promise.all(
    sorted.map(({ name, entry }) => (entry.isFile() ? sizeOf(join(folder, name)) : Promise.resolve(null))),
  );
  for (const [index, { name, entry }] of sorted.entries()) {
    const sizeBytes = sizes[index] ?? null;
    if (entry.isDirectory()) await walk(join(folder, name), `${base}${name}/`, '', found);
    else if (sizeBytes !== null) found.push({ key: base + name, sizeBytes });
  }
}

/** null: deleted since the folder was read. */
async function sizeOf(path: string): Promise<number | null> {
  return stat(path).then(
    (found) => found.size,
    (cause: unknown) => {
      if (systemCode(cause) === 'ENOENT') return null;
      throw cause;
    },
  );
}
