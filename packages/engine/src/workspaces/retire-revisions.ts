import type { BlobStore } from '../ports/blob-store.ts';
import type { Store } from '../ports/store.ts';
import { definitionsKey } from './definitions-key.ts';
import { sourcesKey } from './kept-sources.ts';

const batch = 100;

/**
 * Forgets some revisions that were replaced longer than `keepMs` ago and that no run needs any more, then their bytes. Any
 * server may do it, several at once. One that dies in between leaves bytes that nothing refers to, which cost room and
 * nothing else.
 */
export async function retireRevisions(
  { store, blobs }: Readonly<{ store: Store; blobs: BlobStore }>,
  keepMs: number,
): Promise<Readonly<{ retired: number; more: boolean }>> {
  const retired = await store.workspaces.retire({ keepMs, limit: batch });
  const keys = retired.flatMap(({ workspace, revision, files }) => [
    definitionsKey(workspace, revision),
    sourcesKey(workspace, revision),
    ...(files === null ? [] : [files]),
  ]);
  if (keys.length > 0) await blobs.delete(keys);
  return { retired: retired.length, more: retired.length === batch };
}
