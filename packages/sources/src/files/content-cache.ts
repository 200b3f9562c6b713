import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { FoundFile } from './walk-folder.ts';

type Entry = Readonly<{ stamp: string; hash: string; text: string | null }>;

/**
 * Hashes (and, for definitions, texts) of files, read again only when size, times or identity changed. So a reload after
 * one edit reads one file.
 */
export type ContentCache = Readonly<{
  hash(file: FoundFile): Promise<string>;
  text(file: FoundFile): Promise<Readonly<{ hash: string; text: string }>>;
  /** Forgets all but these paths. */
  keep(paths: ReadonlySet<string>): void;
}>;

export function createContentCache(): ContentCache {
  const entries = new Map<string, Entry>();
  const stampOf = ({ stats }: FoundFile): string =>
    `${stats.dev}:${stats.ino}:${stats.size}:${stats.mtimeMs}:${stats.ctimeMs}`;

  return {
    async hash(file) {
      const known = entries.get(file.absolute);
      const stamp = stampOf(file);
      if (known?.stamp === stamp) return known.hash;
      const hash = await hashFile(file.absolute);
      entries.set(file.absolute, { stamp, hash, text: null });
      return hash;
    },
    async text(file) {
      const known = entries.get(file.absolute);
      const stamp = stampOf(file);
      if (known?.stamp === stamp && known.text !== null) return { hash: known.hash, text: known.text };
      const bytes = await readFile(file.absolute);
      const hash = createHash('sha256').update(bytes).digest('hex');
      const text = bytes.toString('utf8');
      entries.set(file.absolute, { stamp, hash, text });
      return { hash, text };
    },
    keep(paths) {
      for (const path of entries.keys()) if (!paths.has(path)) entries.delete(path);
    },
  };
}

async function hashFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path, { highWaterMark: 256 * 1024 })) hash.update(chunk);
  return hash.digest('hex');
}
