import { type Definitions, MillraceError } from '@millrace/core';
import type { BlobStore } from '../ports/blob-store.ts';
import type { Store } from '../ports/store.ts';
import { definitionsKey } from './definitions-key.ts';

/** `revision` null: nothing is live yet, so there are no definitions. */
export type LiveDefinitions = Readonly<{ revision: string | null; definitions: Definitions }>;

const none: Definitions = {
  actions: {},
  workflows: {},
  triggers: {},
  hooks: { onSuccess: [], onFailure: [], onCancel: [], onSuspend: [] },
  places: {},
};

/** What a workspace's live revision defines, without places. Codes: workspace_not_found, not_found. */
export async function readLiveDefinitions(
  { store, blobs }: Readonly<{ store: Store; blobs: BlobStore }>,
  workspace: string,
): Promise<LiveDefinitions> {
  const state = await store.workspaces.get(workspace);
  if (state === null) throw new MillraceError('workspace_not_found', `There is no workspace ${workspace}.`);
  const { revision } = state;
  if (revision === null) return { revision, definitions: none };
  const bytes = await blobs.get(definitionsKey(workspace, revision));
  if (bytes !== null) return { revision, definitions: JSON.parse(Buffer.from(bytes).toString('utf8')) as Definitions };
  throw new MillraceError('not_found', `What revision ${revision} of workspace ${workspace} defines was not kept.`, {
    hint: 'Sync the workspace: it is kept from then on.',
  });
}
