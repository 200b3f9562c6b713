import type { BlobStore } from '../ports/blob-store.ts';
import type { Store } from '../ports/store.ts';
import { definitionsKey } from './definitions-key.ts';
import { sourcesKey } from './kept-sources.ts';

const batch = 100;

/**
 * Forgets revisions that were replaced longer than `keepMs` ago and that no run needs any more, then their bytes. Any server
 * may do it, several at once. One that dies in between leaves bytes that nothing refers to, which cost room and nothing else.
 * Gives how many revisions it forgot.
 */
export async function retireRevisions(
  { store, blobs }: Readonly<{ store: Store; blobs: BlobStore }>,
  keepMs: number,
): Promise<number> {
  let count = 0;
  for (;;) {
    const retired = await store.workspaces.retire({ keepMs, limit: batch });
    const keys = retired.flatMap(({ workspace, revision, files }) => [
      definitionsKey(workspace, revision),
      sourcesKey(workspace, revision),
      ...(files === null ? [] : [files]),
    ]);
    if (keys.length > 0) await blobs.delete(keys);
    count += retired.length;
    if (retired.length < batch) return count;
  }
}
