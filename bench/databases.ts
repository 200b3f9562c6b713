import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmbeddedPostgres } from '@millrace/store-postgres';
import { withClient } from '../packages/store-postgres/src/embedded/login.ts';
import type { Where } from './millrace/open-engine.ts';

/** One PostgreSQL for all subjects. */
export type Databases = Readonly<{
  /** What it is, and the settings that decide how durable it is. */
  describe: string;
  /** An empty database for one cell; `memory`: there is none, and Millrace does without. */
  create(): Promise<CellDatabase>;
  stop(): Promise<void>;
}>;

export type CellDatabase = Readonly<{
  where: Where;
  drop(): Promise<void>;
}>;

export type DatabaseKind = 'embedded' | 'memory' | Readonly<{ url: string }>;

export async function startDatabases(kind: DatabaseKind): Promise<Databases> {
  if (kind === 'memory') return memory;
  if (kind !== 'embedded') return onServer(kind.url, 'outside', async () => {});
  const folder = await mkdtemp(join(tmpdir(), 'millrace-bench-'));
  const server = await startEmbeddedPostgres({ dataDir: folder });
  return onServer(server.connectionString('postgres'), 'embedded', async () => {
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  });
}

const memory: Databases = {
  describe: 'none: the memory store of Millrace',
  create: async () => ({ where: 'memory', drop: async () => {} }),
  stop: async () => {},
};

const describeServer = `
  select 'PostgreSQL ' || current_setting('server_version') as version,
    string_agg(name || '=' || current_setting(name), ' ' order by name) as settings
  from pg_settings
  where name in ('fsync', 'synchronous_commit', 'full_page_writes', 'shared_buffers', 'max_wal_size')`;

async function onServer(url: string, place: string, stop: () => Promise<void>): Promise<Databases> {
  const admin = <Row extends object>(text: string): Promise<readonly Row[]> =>
    withClient(url, async (client) => (await client.query(text)).rows as Row[]);
  const [server] = await admin<{ version: string; settings: string }>(describeServer);
  let made = 0;
  return {
    describe: `${server?.version} (${place}; ${server?.settings})`,
    async create() {
      made += 1;
      const name = `millrace_bench_${process.pid}_${made}`;
      await admin(`create database "${name}"`);
      const own = new URL(url);
      own.pathname = `/${name}`;
      return {
        where: { url: own.href },
        drop: async () => void (await admin(`drop database "${name}" with (force)`)),
      };
    },
    stop,
  };
}
