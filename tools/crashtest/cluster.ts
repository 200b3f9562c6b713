import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import {
  type EmbeddedPostgres,
  openPostgresStore,
  type PostgresStore,
  startEmbeddedPostgres,
} from '@millrace/store-postgres';
import { openDatabase } from '../../packages/store-postgres/src/connections/database.ts';
import { readStatement } from '../../packages/store-postgres/src/connections/statement.ts';
import { type LossyProxy, openLossyProxy } from './lossy-proxy.ts';
import { ManagedProcess } from './managed-process.ts';

const millrace = fileURLToPath(new URL('../../apps/millrace/bin/millrace.mjs', import.meta.url));

export type ServerNode = Readonly<{ process: ManagedProcess; proxy: LossyProxy }>;
export type WorkerNode = Readonly<{
  process: ManagedProcess;
  /** Where its steps have their files. */
  folder: string;
  /** The id that it has in this life; empty before the first one. */
  id: () => string;
}>;
type DatabaseNode = Readonly<{
  /** Kills the postmaster, waits, and starts it again as an operator would. */
  crash(downMs: number): Promise<void>;
  /** Ends the connections of all servers, and says how many these were. */
  cutConnections(): Promise<number>;
  stop(): Promise<void>;
}> & { busy: boolean };

export type Cluster = Readonly<{
  database: DatabaseNode;
  servers: readonly ServerNode[];
  workers: readonly WorkerNode[];
  /** The test's own look at the store. */
  store: PostgresStore;
  token: string;
  workersFolder: string;
  /** Where runs have their shared folders. */
  sharedFolder: string;
  url: string;
}>;

export type ClusterOptions = Readonly<{
  folder: string;
  workspace: string;
  token: string;
  workerToken: string;
  onCrash: (message: string) => void;
}>;

export const schema = 'crashtest';
const cutDatabase = readStatement(import.meta.url, 'cut-database');

/** A real database, two servers on it, and three workers spread over them, each behind a proxy of its server. */
export async function startCluster(options: ClusterOptions): Promise<Cluster> {
  const { folder, token } = options;
  const logs = join(folder, 'logs');
  const workersFolder = join(folder, 'workers');
  const sharedFolder = join(folder, 'shared');
  for (const path of [logs, workersFolder, sharedFolder, join(folder, 'blobs')]) mkdirSync(path, { recursive: true });
  const { node: database, url } = await startDatabase(join(folder, 'database'));
  const servers: ServerNode[] = [];
  for (const name of ['server-1', 'server-2']) servers.push(await startServer(name, url, logs, options));
  const workers: WorkerNode[] = [];
  for (const index of [0, 1, 2]) {
    const server = servers[index % servers.length];
    if (server !== undefined)
      workers.push(await startWorker(`worker-${index + 1}`, server, { workersFolder, sharedFolder, logs }, options));
  }
  const store = await openPostgresStore({ url, schema, applicationName: 'crashtest' });
  return { database, servers, workers, store, token, workersFolder, sharedFolder, url };
}

async function startDatabase(dataDir: string): Promise<{ node: DatabaseNode; url: string }> {
  let current: EmbeddedPostgres = await startEmbeddedPostgres({ dataDir });
  const { url } = current;
  const node: DatabaseNode = {
    busy: false,
    async crash(downMs) {
      process.kill(current.pid, 'SIGKILL');
      await sleep(downMs);
      await current.stop();
      current = await startEmbeddedPostgres({ dataDir });
      if (current.url !== url) throw new Error('The database came back at another address.');
    },
    async cutConnections() {
      const database = openDatabase({ url, applicationName: 'crashtest' }, schema, 1, () => {});
      const ended = await database.query(cutDatabase, []).finally(() => database.close());
      return ended.length;
    },
    stop: () => current.stop(),
  };
  return { node, url };
}

async function startServer(name: string, url: string, logs: string, options: ClusterOptions): Promise<ServerNode> {
  const { folder, workspace, token, workerToken, onCrash } = options;
  let port = 0;
  const own = await openLossyProxy(() => port);
  const args = ['serve', '--database', url, '--schema', schema, '--blobs', join(folder, 'blobs'), '-w', workspace];
  const process = new ManagedProcess({
    name,
    args: [millrace, ...args, '--port', '0'],
    env: environment({ MILLRACE_TOKEN: token, MILLRACE_WORKER_TOKEN: workerToken }),
    cwd: folder,
    logFile: join(logs, `${name}.log`),
    ready: /"url":"(http:[^"]+)".*"ready"/,
    onUp: (found) => {
      port = Number(new URL(found).port);
    },
    onCrash,
  });
  await process.start();
  return { process, proxy: own };
}

async function startWorker(
  name: string,
  server: ServerNode,
  { workersFolder, sharedFolder, logs }: Readonly<Record<'workersFolder' | 'sharedFolder' | 'logs', string>>,
  options: ClusterOptions,
): Promise<WorkerNode> {
  const folder = join(workersFolder, name);
  let id = '';
  const process = new ManagedProcess({
    name,
    args: [
      ...[millrace, 'work', '--server', server.proxy.url, '--name', name, '--slots', '8'],
      ...['--queues', '*', '--folder', folder, '--shared-folder', sharedFolder],
    ],
    env: environment({ MILLRACE_WORKER_TOKEN: options.workerToken }),
    cwd: options.folder,
    logFile: join(logs, `${name}.log`),
    ready: /"id":"([^"]+)".*"working"/,
    onUp: (found) => {
      id = found;
    },
    onCrash: options.onCrash,
  });
  await process.start();
  return { process, folder, id: () => id };
}

/** What whoever runs the test has set must not change what is tested. */
function environment(own: Readonly<Record<string, string>>): Record<string, string> {
  const kept = Object.entries(process.env).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && !entry[0].startsWith('MILLRACE_'),
  );
  return { ...Object.fromEntries(kept), ...own };
}
