import { Client } from 'pg';
import { superuser } from './cluster.ts';
import { EmbeddedPostgresError, systemErrorCode } from './embedded-postgres-error.ts';

/** The database that Millrace keeps its state in. */
export const mainDatabase = 'millrace';

const undefinedDatabase = '3D000';

/** The connection string of a database; name and password need no escape beyond the URL's own. */
export function connectionString(port: number, password: string, database: string): string {
  return `postgres://${superuser}:${password}@127.0.0.1:${port}/${encodeURIComponent(database)}`;
}

/** Logs in, creates the main database when it is missing, and returns the server's version (`18.4`). */
export async function ensureMainDatabase(port: number, password: string, isNewCluster: boolean): Promise<string> {
  try {
    if (isNewCluster) await createMainDatabase(port, password);
    return await queryVersion(connectionString(port, password, mainDatabase));
  } catch (error) {
    if (systemErrorCode(error) !== undefinedDatabase) throw loginFailed(port, error);
  }
  // A crash came between the cluster and its database.
  await createMainDatabase(port, password);
  return queryVersion(connectionString(port, password, mainDatabase));
}

async function createMainDatabase(port: number, password: string): Promise<void> {
  await withClient(connectionString(port, password, 'postgres'), (client) =>
    client.query(`create database "${mainDatabase}"`),
  );
}

/** Connects, works, and closes the connection whatever happens. */
export async function withClient<T>(url: string, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 60_000, application_name: 'millrace' });
  client.on('error', () => {}); // The query in progress rejects with the same error.
  try {
    await client.connect();
    return await work(client);
  } finally {
    await client.end().catch(() => {});
  }
}

async function queryVersion(url: string): Promise<string> {
  const result = await withClient(url, (client) =>
    client.query<{ version: string }>(`select current_setting('server_version') as version`),
  );
  return result.rows[0]?.version ?? 'unknown';
}

function loginFailed(port: number, cause: unknown): EmbeddedPostgresError {
  const detail = cause instanceof Error ? cause.message : String(cause);
  return new EmbeddedPostgresError(
    'login_failed',
    `The embedded PostgreSQL on port ${port} refuses our login: ${detail}`,
    {
      hint: `Remove the file postgres.password from the data folder: the next start then sets a new password. A \
pg_hba.conf that was edited must let the user ${superuser} in from 127.0.0.1.`,
      cause,
    },
  );
}
