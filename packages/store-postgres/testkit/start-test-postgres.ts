import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmbeddedPostgres } from '../src/embedded/index.ts';
import { withClient } from '../src/embedded/login.ts';

/** A database of its own for a test file; `drop` cuts whatever connection is left. */
export type TestDatabase = Readonly<{ url: string; drop(): Promise<void> }>;

/** What new databases are copied from: `prepare` (migrations, say) runs once per server and name, whoever is first. */
export type TestTemplate = Readonly<{ name: string; prepare(url: string): Promise<void> }>;

export type TestPostgres = Readonly<{
  /** The server's address; `startTestPostgres({ url })` in another process shares the server. */
  url: string;
  /** The folder of the server, which goes with it, however it ends; null for a server that is shared. */
  folder: string | null;
  createDatabase(template?: TestTemplate): Promise<TestDatabase>;
  /** Drops the databases made here; the server itself ends with the one who started it. */
  stop(): Promise<void>;
}>;

/** When set, `startTestPostgres` shares the server at this address. vitest hands it from globalSetup to its workers. */
export const testPostgresVariable = 'MILLRACE_TEST_POSTGRES_URL';

/**
 * PostgreSQL for tests: real, without durability, in a temporary folder. Call it in a test file's `beforeAll`; when a
 * globalSetup has put the address of a shared server into `MILLRACE_TEST_POSTGRES_URL`, the file shares that one.
 */
export async function startTestPostgres(options: { url?: string } = {}): Promise<TestPostgres> {
  const shared = options.url ?? process.env[testPostgresVariable];
  if (shared !== undefined) return databasesOf(shared, null, async () => {});
  const dataDir = mkdtempSync(join(tmpdir(), 'millrace-test-postgres-'));
  try {
    const server = await startEmbeddedPostgres({ dataDir, durable: false, settings: { max_connections: '200' } });
    const watchdog = guard(server.pid, dataDir);
    return databasesOf(server.connectionString('postgres'), dataDir, async () => {
      await server.stop();
      rmSync(dataDir, { recursive: true, force: true, maxRetries: 5 });
      watchdog.release();
    });
  } catch (error) {
    rmSync(dataDir, { recursive: true, force: true, maxRetries: 5 });
    throw error;
  }
}

/** One database, for who needs no more: on the server of the test run, else on one that `close` ends with it. */
export async function openTestDatabase(): Promise<Readonly<{ url: string; close(): Promise<void> }>> {
  const server = await startTestPostgres();
  const { url } = await server.createDatabase();
  return { url, close: server.stop };
}

function databasesOf(serverUrl: string, folder: string | null, stopServer: () => Promise<void>): TestPostgres {
  const databases = new Set<TestDatabase>();
  const admin = (sql: string) => withClient(serverUrl, (client) => client.query(sql));
  return {
    url: serverUrl,
    folder,
    async createDatabase(template) {
      const name = `test_${randomBytes(8).toString('hex')}`;
      if (template !== undefined) await ensureTemplate(serverUrl, template);
      // Without fsync, copying files takes a third of the time of copying through the log (65 against 190 ms).
      const source = template === undefined ? 'template1' : quoted(template.name);
      await admin(`create database "${name}" template "${source}" strategy file_copy`);
      const database = {
        url: urlOf(serverUrl, name),
        async drop() {
          databases.delete(database);
          await admin(`drop database if exists "${name}" with (force)`);
        },
      };
      databases.add(database);
      return database;
    },
    async stop() {
      for (const database of databases) await database.drop();
      await stopServer();
    },
  };
}

/**
 * Makes the template once, also when several test files ask at the same moment: they queue for an advisory lock. It
 * gets its name only when `prepare` has succeeded, so a half-made one is never copied.
 */
async function ensureTemplate(serverUrl: string, template: TestTemplate): Promise<void> {
  const name = quoted(template.name);
  await withClient(serverUrl, async (client) => {
    await client.query(`select pg_advisory_lock(hashtext('millrace test templates'))`);
    const found = await client.query('select from pg_database where datname = $1', [template.name]);
    if (found.rowCount !== 0) return;
    await client.query(`drop database if exists "${name}_making" with (force)`);
    await client.query(`create database "${name}_making"`);
    await template.prepare(urlOf(serverUrl, `${template.name}_making`));
    await client.query(`alter database "${name}_making" rename to "${name}"`);
  });
}

/**
 * A shell that waits for our end, in whatever way it comes (it sees its input close), then stops the server and removes
 * the folder. It has a process group of its own, so that a Ctrl-C does not end it before it has done its work.
 */
function guard(pid: number, dataDir: string): { release(): void } {
  const script = `read -r word
[ "$word" = released ] && exit 0
kill -INT "$1"
for i in $(seq 300); do kill -0 "$1" || break; sleep 0.1; done
kill -KILL "$1"
rm -rf "$2"`;
  const shell = spawn('sh', ['-c', script, 'sh', String(pid), dataDir], {
    cwd: '/',
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  shell.unref();
  if ('unref' in shell.stdin && typeof shell.stdin.unref === 'function') shell.stdin.unref();
  shell.on('error', () => {}); // Without a shell nobody cleans up after a kill; an orderly end still does.
  shell.stdin.on('error', () => {});
  return { release: () => shell.stdin.end('released\n') };
}

function urlOf(serverUrl: string, database: string): string {
  const url = new URL(serverUrl);
  url.pathname = `/${encodeURIComponent(database)}`;
  return url.href;
}

function quoted(name: string): string {
  return name.replaceAll('"', '""');
}
