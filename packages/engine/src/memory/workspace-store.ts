import type { WorkspaceState, WorkspaceStore } from '../ports/index.ts';
import { type MemoryState, revisionKeyOf } from './memory-state.ts';

export function createWorkspaceStore(state: MemoryState): WorkspaceStore {
  return {
    async publish(revision, source, diagnostics) {
      const name = revision.workspace;
      const key = revisionKeyOf(name, revision.revision);
      if (!state.revisions.has(key)) state.revisions.set(key, revision);
      const now = state.now();
      const before = state.workspaces.get(name);
      const stays = before !== undefined && before.revision === revision.revision;
      const revisionAt = stays ? before.revisionAt : now;
      state.workspaces.set(name, { name, source, revision: revision.revision, revisionAt, syncedAt: now, diagnostics });
    },
    async reject(name, source, diagnostics) {
      const { revision = null, revisionAt = null } = state.workspaces.get(name) ?? {};
      state.workspaces.set(name, { name, source, revision, revisionAt, syncedAt: state.now(), diagnostics });
    },
    async list() {
      return [...state.workspaces.values()].sort(byName);
    },
    async get(workspace) {
      return state.workspaces.get(workspace) ?? null;
    },
    async revision(workspace, revision) {
      const wanted = revision ?? state.workspaces.get(workspace)?.revision ?? null;
      return wanted === null ? null : (state.revisions.get(revisionKeyOf(workspace, wanted)) ?? null);
    },
  };
}

const byName = (left: WorkspaceState, right: WorkspaceState): number =>
  left.name < right.name ? -1 : left.name > right.name ? 1 : 0;
