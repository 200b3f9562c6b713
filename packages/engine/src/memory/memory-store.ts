import { MillraceError, runId } from '@millrace/core';
import type { Queries, Store } from '../ports/index.ts';
import { createAccountStore } from './account-store.ts';
import { createApiKeyStore } from './api-key-store.ts';
import { createAuditStore } from './audit-store.ts';
import { createCacheStore } from './cache-store.ts';
import { commitRuns, tellListeners } from './commit-runs.ts';
import { createDeliveryStore } from './delivery-store.ts';
import { createEventStore } from './event-store.ts';
import { createHistoryStore } from './history-store.ts';
import { createIdentityStore } from './identity-store.ts';
import { createJoinStore } from './join-store.ts';
import { loadRuns } from './load-runs.ts';
import { createLoginRequestStore } from './login-request-store.ts';
import { compareRunIds, createMemoryState, type MemoryState, startKeyOf } from './memory-state.ts';
import { createOutboxStore } from './outbox-store.ts';
import { createPlanStore } from './plan-store.ts';
import { createQueries } from './queries.ts';
import { createRoleStore } from './role-store.ts';
import { createScheduleStore } from './schedule-store.ts';
import { createSecretStore } from './secret-store.ts';
import { createSessionStore } from './session-store.ts';
import { createSlotStore } from './slot-store.ts';
import { createWaitStore } from './wait-store.ts';
import { createWorkStore } from './work-store.ts';
import { createWorkerStore } from './worker-store.ts';
import { createWorkspaceStore } from './workspace-store.ts';

/**
 * A store in this process's memory, for runs without a server, for tests and for the simulator. It keeps every promise of
 * the port except the one it cannot: nothing outlives the process. Each operation happens at once, when it is called.
 */
export function createMemoryStore(options: { now?: () => number } = {}): { store: Store; queries: Queries } {
  const state = createMemoryState(options.now ?? Date.now);
  let closed = false;
  const open = <Part extends object>(part: Part): Part => whileOpen(part, () => closed);
  const store: Store = {
    runs: open({
      allocateIds: async (count) => Array.from({ length: count }, () => runId(String(state.nextRunId++))),
      commit: async (batch, hint) => commitRuns(state, batch, hint),
      load: async (ids) => loadRuns(state, ids),
      origin: async (id) => state.runs.get(id)?.origin ?? null,
      status: async (id) => state.runs.get(id)?.head.status ?? null,
      statuses: async (ids) =>
        new Map(
          ids.flatMap((id) => {
            const run = state.runs.get(id);
            return run === undefined ? [] : [[id, run.head.status]];
          }),
        ),
      findByStartKey: async (workspace, startKey) => state.startKeys.get(startKeyOf(workspace, startKey)) ?? null,
      liveChildren: async (parent) => [...(state.liveChildren.get(parent) ?? [])].sort(compareRunIds),
    }),
    work: open(createWorkStore(state)),
    workers: open(createWorkerStore(state)),
    joins: open(createJoinStore(state)),
    waits: open(createWaitStore(state)),
    slots: open(createSlotStore(state)),
    outbox: open(createOutboxStore(state)),
    events: open(createEventStore(state)),
    history: open(createHistoryStore(state)),
    cache: open(createCacheStore(state)),
    plans: open(createPlanStore(state)),
    workspaces: open(createWorkspaceStore(state)),
    schedules: open(createScheduleStore(state)),
    deliveries: open(createDeliveryStore(state)),
    secrets: open(createSecretStore(state)),
    accounts: open(createAccountStore(state)),
    roles: open(createRoleStore(state)),
    sessions: open(createSessionStore(state)),
    apiKeys: open(createApiKeyStore(state)),
    identities: open(createIdentityStore(state)),
    loginRequests: open(createLoginRequestStore(state)),
    audit: open(createAuditStore(state)),
    changes: open(createChangeFeed(state)),
    ...open({ now: async () => state.now() }),
    close: async () => {
      closed = true;
      state.listeners.clear();
    },
  };
  return { store, queries: open(createQueries(state)) };
}

function createChangeFeed(state: MemoryState): Store['changes'] {
  return {
    async tell(hint) {
      tellListeners(state, hint);
    },
    async listen(listener) {
      const own = { ...listener };
      state.listeners.add(own);
      return async () => {
        state.listeners.delete(own);
      };
    },
  };
}

/** A closed store answers like a database that is gone, so that tests of shutdown see what production would see. */
function whileOpen<Part extends object>(part: Part, isClosed: () => boolean): Part {
  const guarded = Object.entries(part).map(([name, operation]) => [
    name,
    async (...parameters: readonly unknown[]) => {
      if (isClosed()) throw new MillraceError('store_unavailable', 'The memory store is closed.');
      return operation(...parameters);
    },
  ]);
  return Object.fromEntries(guarded) as Part;
}
