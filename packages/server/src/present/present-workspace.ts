import { isoTime, isoTimeOrNull, type Workspace } from '@millrace/api';
import type { WorkspaceState } from '@millrace/engine';

export function presentWorkspace(state: WorkspaceState): Workspace {
  return {
    name: state.name,
    source: state.source,
    revision: state.revision,
    revision_at: isoTimeOrNull(state.revisionAt),
    synced_at: isoTime(state.syncedAt),
    diagnostics: state.diagnostics.map((diagnostic) => ({ ...diagnostic })),
  };
}
