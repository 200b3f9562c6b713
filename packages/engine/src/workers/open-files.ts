import { MillraceError } from '@millrace/core';
import type { BlobStore } from '../ports/blob-store.ts';
import type { LivePlans } from '../workspaces/live-plans.ts';

/** The files of a workspace at a revision, for workers; null: it has none. */
export function createOpenFiles(livePlans: LivePlans, blobs: BlobStore) {
  return async (workspace: string, revision: string): Promise<AsyncIterable<Uint8Array> | null> => {
    const found = await livePlans.revision(workspace, revision);
    if (found === null) {
      throw new MillraceError('not_found', `Workspace ${workspace} has no revision ${revision}.`);
    }
    if (found.files === null) return null;
    const stream = await blobs.open(found.files);
    if (stream !== null) return stream;
    throw new MillraceError('not_found', `The files of ${workspace} at ${revision} are not in the blob store.`, {
      hint: `The blob ${found.files} was deleted. Sync the workspace again.`,
    });
  };
}
