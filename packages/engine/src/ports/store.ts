import type { Instant } from '@millrace/core';
import type { AccountStore } from './account-store.ts';
import type { ApiKeyStore } from './api-key-store.ts';
import type { AuditStore } from './audit-store.ts';
import type { CacheStore } from './cache-store.ts';
import type { ChangeFeed } from './change-feed.ts';
import type { DeliveryStore } from './delivery-store.ts';
import type { EventStore } from './event-store.ts';
import type { HistoryStore } from './history-store.ts';
import type { IdentityStore } from './identity-store.ts';
import type { JoinStore } from './join-store.ts';
import type { LoginRequestStore } from './login-request-store.ts';
import type { OutboxStore } from './outbox-store.ts';
import type { PlanStore } from './plan-store.ts';
import type { RoleStore } from './role-store.ts';
import type { RunStore } from './run-store.ts';
import type { ScheduleStore } from './schedule-store.ts';
import type { SecretStore } from './secret-store.ts';
import type { SessionStore } from './session-store.ts';
import type { SlotStore } from './slot-store.ts';
import type { WaitStore } from './wait-store.ts';
import type { WorkStore } from './work-store.ts';
import type { WorkerStore } from './worker-store.ts';
import type { WorkspaceStore } from './workspace-store.ts';

/**
 * Where state lives. Few operations, each atomic, each batched; lists and searches for people are another port
 * (`Queries`). A store that cannot be reached throws `MillraceError('store_unavailable')`; a commit that throws may have
 * happened, which its caller finds out by loading.
 */
export type Store = Readonly<{
  runs: RunStore;
  work: WorkStore;
  workers: WorkerStore;
  joins: JoinStore;
  waits: WaitStore;
  slots: SlotStore;
  outbox: OutboxStore;
  events: EventStore;
  history: HistoryStore;
  cache: CacheStore;
  plans: PlanStore;
  workspaces: WorkspaceStore;
  schedules: ScheduleStore;
  deliveries: DeliveryStore;
  secrets: SecretStore;
  accounts: AccountStore;
  roles: RoleStore;
  sessions: SessionStore;
  apiKeys: ApiKeyStore;
  identities: IdentityStore;
  loginRequests: LoginRequestStore;
  audit: AuditStore;
  changes: ChangeFeed;
  /** The store's time, the only clock for leases and due times. */
  now(): Promise<Instant>;
  close(): Promise<void>;
}>;
