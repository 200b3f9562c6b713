import { MillraceError } from '@millrace/core';
import type { Queries, Store } from '@millrace/engine';
import { Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';
import { createAccountStore } from './accounts/account-store.ts';
import { createApiKeyStore } from './api-keys/api-key-store.ts';
import { createAuditStore } from './audit/audit-store.ts';
import { createCacheStore } from './cache/cache-store.ts';
import { PostgresListener } from './changes/postgres-listener.ts';
import { hotConnection, listConnection, patientConnection, readConnection } from './connections/connection-settings.ts';
import { openDatabase } from './connections/database.ts';
import { openPool } from './connections/open-pool.ts';
import { wrapPostgresError } from './connections/postgres-error.ts';
import { readStatement } from './connections/statement.ts';
import { Writer } from './connections/writer.ts';
import { createDeliveryStore } from './deliveries/delivery-store.ts';
import { createEventStore } from './events/event-store.ts';
import { createHistoryStore } from './history/history-store.ts';
import { createIdentityStore } from './identities/identity-store.ts';
import { createJoinStore } from './joins/join-store.ts';
import { createLoginRequestStore } from './login-requests/login-request-store.ts';
import { migrate } from './migrations/migrate.ts';
import { LaneNumberBook } from './names/lane-numbers.ts';
import { WorkflowNumberBook } from './names/workflow-numbers.ts';
import { createOutboxStore } from './outbox/outbox-store.ts';
import { createPlanStore } from './plans/plan-store.ts';
import { prepareLists } from './queries/prepared-lists.ts';
import { createQueries } from './queries/queries.ts';
import type { Tables } from './queries/tables.ts';
import { createRoleStore } from './roles/role-store.ts';
import { createCommit } from './runs/commit-runs.ts';
import { createRunStore } from './runs/run-store.ts';
import { createScheduleStore } from './schedules/schedule-store.ts';
import { createSecretStore } from './secrets/secret-store.ts';
import { createSessionStore } from './sessions/session-store.ts';
import { createSlotStore } from './slots/slot-store.ts';
import { createWaitStore } from './waits/wait-store.ts';
import { createWorkStore } from './work/work-store.ts';
import { createWorkerStore } from './workers/worker-store.ts';
import { createWorkspaceStore } from './workspaces/workspace-store.ts';

const tellHint = readStatement(new URL('./changes/', import.meta.url).href, 'tell-hint');
const readClock = readStatement(import.meta.url, 'read-clock');

export type PostgresStoreOptions = Readonly<{
  /** `postgresql://user:password@host:port/database`. */
  url: string;
  /** Millrace's own schema in that database; several may stand side by side. Default `millrace`. */
  schema?: string;
  /** Connections beside the two for commits and for listening. Default 10. */
  poolSize?: number;
  /** Told of what the store got over by itself: connections that broke while nobody used them, commits sent again. */
  onError?: (error: unknown) => void;
  /** How the connections are named in `pg_stat_activity`. Default `millrace`. */
  applicationName?: string;
}>;

export type PostgresStore = Readonly<{
  store: Store;
  queries: Queries;
  /** Brings the schema up to this version; names the migrations that it applied. */
  migrate(): Promise<{ applied: string[] }>;
  /** For example `18.4`. */
  serverVersion: string;
  /** The same as `store.close()`. */
  close(): Promise<void>;
}>;

/** The oldest PostgreSQL that every statement was written for. */
const oldestVersion = 14;

/**
 * Connects to PostgreSQL 14 or newer. Throws `store_unavailable` when it does not answer, `configuration` when it is too old
 * or refuses us. The schema is only usable after `migrate`.
 */
export async function openPostgresStore(options: PostgresStoreOptions): Promise<PostgresStore> {
  const { url, schema = 'millrace', poolSize = 10, applicationName = 'millrace' } = options;
  checkSchemaName(schema);
  let closing: Promise<void> | null = null;
  const onError = (error: unknown) => {
    // How connections end after that is nobody's concern.
    if (closing === null) options.onError?.(error);
  };
  const target = { url, applicationName };
  const serverVersion = await readServerVersion(target);

  const hotSize = Math.max(2, Math.ceil(poolSize / 2));
  const database = openDatabase(target, schema, hotSize, onError);
  const writer = new Writer(hotConnection(target), onError);
  const channel = `millrace:${schema}`;
  const changes = new PostgresListener(hotConnection(target), channel, onError);
  const listSize = Math.max(1, Math.ceil((poolSize - hotSize) / 2));
  const listPool = openPool({ ...listConnection(target, schema), max: listSize, idleTimeoutMillis: 60_000 }, onError);
  const readSize = Math.max(1, poolSize - hotSize - listSize);
  const readPool = openPool({ ...readConnection(target, schema), max: readSize }, onError);
  const reads = new Kysely<Tables>({ dialect: new PostgresDialect({ pool: readPool }) });

  const now = async () => {
    const [row] = await database.query<{ now: string }>(readClock, []);
    return Number(row?.now);
  };
  const lanes = new LaneNumberBook(database);
  const workflows = new WorkflowNumberBook(database);
  const commit = createCommit({ schema, channel, writer, workflows, lanes, now, onError });
  const close = () => {
    closing ??= Promise.all([writer.close(), changes.close(), database.close(), reads.destroy(), listPool.end()]).then(
      () => undefined,
    );
    return closing;
  };
  const store: Store = {
    runs: createRunStore(database, commit),
    work: createWorkStore(database, lanes),
    workers: createWorkerStore(database),
    joins: createJoinStore(database),
    waits: createWaitStore(database),
    slots: createSlotStore(database),
    outbox: createOutboxStore(database),
    events: createEventStore(database),
    history: createHistoryStore(database),
    cache: createCacheStore(database),
    plans: createPlanStore(database, lanes),
    workspaces: createWorkspaceStore(database),
    schedules: createScheduleStore(database),
    deliveries: createDeliveryStore(database),
    secrets: createSecretStore(database),
    accounts: createAccountStore(database),
    roles: createRoleStore(database),
    sessions: createSessionStore(database),
    apiKeys: createApiKeyStore(database),
    identities: createIdentityStore(database),
    loginRequests: createLoginRequestStore(database),
    audit: createAuditStore(database),
    changes: {
      tell: async (hint) => void (await database.query(tellHint, [channel, hint])),
      listen: (listener) => changes.listen(listener),
    },
    now,
    close,
  };
  return {
    store,
    queries: createQueries(database, reads, prepareLists(listPool)),
    migrate: () => migrateOnce(target, schema),
    serverVersion,
    close,
  };
}

type Target = Parameters<typeof patientConnection>[0];

/** Migrations have a connection of their own: they may take long, and only once. */
async function migrateOnce(target: Target, schema: string): Promise<{ applied: string[] }> {
  const pool = openPool({ ...patientConnection(target), max: 1 }, () => undefined);
  const db = new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) });
  try {
    return await migrate(db, schema);
  } finally {
    await db.destroy();
  }
}

async function readServerVersion(target: Target): Promise<string> {
  const client = new pg.Client(hotConnection(target));
  client.on('error', () => undefined);
  try {
    await client.connect();
    const { rows } = await client.query<{ server_version: string }>('show server_version');
    const version = rows[0]?.server_version.split(' ')[0] ?? 'unknown';
    if (Number.parseInt(version, 10) < oldestVersion) {
      throw new MillraceError('configuration', `PostgreSQL ${version} is too old for Millrace.`, {
        hint: `Use PostgreSQL ${oldestVersion} or newer, or the embedded one.`,
      });
    }
    return version;
  } catch (error) {
    throw wrapPostgresError(error, 'open the store');
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** PostgreSQL cuts longer names, and the channel of the change feed is made of it. */
function checkSchemaName(schema: string): void {
  if (/^[a-z_][a-z0-9_]{0,39}$/.test(schema)) return;
  throw new MillraceError('configuration', `${JSON.stringify(schema)} cannot be the name of the database schema.`, {
    hint: 'Use up to 40 lower-case letters, digits and underscores, beginning with a letter.',
  });
}
