import { isRunEnd } from '@millrace/core';
import type { RetiredRevision, WorkspaceState, WorkspaceStore } from '../ports/index.ts';
import { type MemoryState, revisionKeyOf } from './memory-state.ts';

export function createWorkspaceStore(state: MemoryState): WorkspaceStore {
  return {
    async publish(revision, source, diagnostics) {
      const name = revision.workspace;
      const key = revisionKeyOf(name, revision.revision);
      const now = state.now();
      const before = state.workspaces.get(name);
      const stays = before !== undefined && before.revision === revision.revision;
      state.revisions.set(key, revision);
      if (!stays) state.liveSince.set(key, now);
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
    async history(workspace, workflow, limit) {
      return [...state.revisions]
        .flatMap(([key, { workspace: owner, revision, workflows }]) => {
          const found = workflows.find(({ name, action }) => name === workflow && action !== true);
          if (owner !== workspace || found === undefined) return [];
          return [{ revision, plan: found.plan, liveSince: state.liveSince.get(key) ?? 0 }];
        })
        .sort((left, right) => right.liveSince - left.liveSince || (left.revision < right.revision ? -1 : 1))
        .slice(0, limit);
    },
    async retire({ keepMs, limit }) {
      const before = state.now() - keepMs;
      const needed = new Set<string>();
      for (const { origin, head } of state.runs.values()) {
        if (!isRunEnd(head.status)) needed.add(revisionKeyOf(origin.workspace, origin.revision));
      }
      const retired: RetiredRevision[] = [];
      for (const [key, { workspace, revision, files }] of state.revisions) {
        if (retired.length === limit) break;
        if (needed.has(key) || state.workspaces.get(workspace)?.revision === revision) continue;
        const since = state.liveSince.get(key) ?? 0;
        const replaced = [...state.revisions].some(([other, { workspace: owner }]) => {
          const later = state.liveSince.get(other) ?? 0;
          return owner === workspace && later > since && later <= before;
        });
        if (replaced) retired.push({ workspace, revision, files });
      }
      for (const { workspace, revision } of retired) {
        state.revisions.delete(revisionKeyOf(workspace, revision));
        state.liveSince.delete(revisionKeyOf(workspace, revision));
      }
      return retired;
    },
  };
}

const byName = (left: WorkspaceState, right: WorkspaceState): number =>
  left.name < right.name ? -1 : left.name > right.name ? 1 : 0;
