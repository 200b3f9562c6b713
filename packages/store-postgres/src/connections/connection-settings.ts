import { Socket } from 'node:net';
import type { ClientConfig } from 'pg';

export type ConnectionTarget = Readonly<{ url: string; applicationName: string }>;

/** Longer than any honest statement takes; then the connection counts as dead. */
const statementTimeoutMs = 120_000;

/**
 * Statements of the engine are prepared once and shall find their rows by index for ever, also if they were prepared while
 * the tables were empty: these settings keep the planner from another idea.
 *
 * They do not keep it from reading a whole index where it may join in its order, and it does so where statistics say that
 * a table is small, or was empty when it was vacuumed: 100,000 rows that came since make that 10,000,000,000 comparisons. So
 * statements that look up rows of `work`, `wait`, `slot`, `outbox`, `run` and `run_origin` say `run = any (array[x.run])`, which
 * nothing can be merged by, and name no condition of a partial index that they do not want; or a `lateral`, or a condition with
 * `exists`, has an `offset 0`, which keeps the condition where the index is.
 */
const hotSettings = [
  'plan_cache_mode=force_generic_plan',
  'enable_hashjoin=off',
  'enable_mergejoin=off',
  'enable_seqscan=off',
  'enable_bitmapscan=off',
  'enable_material=off',
  'jit=off',
];

export function hotConnection(target: ConnectionTarget): ClientConfig {
  return connection(target, [...hotSettings, `statement_timeout=${statementTimeoutMs}`]);
}

/** People's queries are planned as PostgreSQL thinks best, and may not run for long. */
export function readConnection(target: ConnectionTarget, schema: string): ClientConfig {
  return connection(target, [`search_path=${schema}`, 'jit=off', 'statement_timeout=30000']);
}

/**
 * Lists of runs are led by an index, whatever the filter, and read a page of it: their statements are planned once, in the only
 * way that does not depend on how many rows there are.
 */
export function listConnection(target: ConnectionTarget, schema: string): ClientConfig {
  return connection(target, [...hotSettings, `search_path=${schema}`, 'statement_timeout=30000']);
}

/** Migrations may take their time. */
export function patientConnection(target: ConnectionTarget): ClientConfig {
  return { ...connection(target, []), query_timeout: 0 };
}

function connection({ url, applicationName }: ConnectionTarget, settings: readonly string[]): ClientConfig {
  return {
    connectionString: url,
    application_name: applicationName,
    connectionTimeoutMillis: 10_000,
    query_timeout: statementTimeoutMs + 10_000,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    options: settings.map((setting) => `-c ${setting}`).join(' '),
  };
}

/** A socket at hand, so that a connection that does not answer can be cut without waiting for an answer. */
export function cuttable(config: ClientConfig): Readonly<{ config: ClientConfig; cut: () => void }> {
  const socket = new Socket();
  return { config: { ...config, stream: () => socket }, cut: () => void socket.destroy() };
}
