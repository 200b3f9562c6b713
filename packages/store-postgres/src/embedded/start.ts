import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { accountCandidates } from './account.ts';
import { type Binaries, type Installation, prepareBinaries } from './binaries.ts';
import {
  adjustOwner,
  checkClusterVersion,
  clusterMajorVersion,
  createCluster,
  createPassword,
  readPassword,
  resetPassword,
} from './cluster.ts';
import { writeDurably } from './durable-file.ts';
import { EmbeddedPostgresError, folderError } from './embedded-postgres-error.ts';
import { connectionString, ensureMainDatabase, mainDatabase } from './login.ts';
import { acquireOwnerLock } from './owner-lock.ts';
import { clearDeadServer, freePort, launchServer, type RunningServer, stopServer } from './postmaster.ts';
import { readPostmasterFile } from './postmaster-file.ts';
import { openServerLog, type ServerLog } from './server-log.ts';
import { isServerRunning, signalProcess } from './server-processes.ts';
import { serverSettings } from './settings.ts';
import { classifyStartFailure } from './start-failure.ts';

export type EmbeddedPostgres = Readonly<{
  /** Connection string of the database `millrace`, with its password: not for logs. */
  url: string;
  dataDir: string;
  port: number;
  /** The process id of the postmaster. */
  pid: number;
  /** True when the server was already running: its former owner had been killed. */
  adopted: boolean;
  /** The server's version, for example `18.4`. */
  version: string;
  /** The connection string of another database of the same server. */
  connectionString(database: string): string;
  /** Shuts the server down in order and gives the data folder up. Bounded, may be called again, never loses data. */
  stop(): Promise<void>;
}>;

export type UnexpectedExit = Readonly<{
  pid: number;
  /** Null when the server ended by a signal, or was adopted so that we cannot know. */
  code: number | null;
  signal: NodeJS.Signals | null;
  /** The end of the server's log. */
  log: string;
}>;

export type EmbeddedPostgresOptions = Readonly<{
  /** The folder that holds everything; made when missing. */
  dataDir: string;
  /** PostgreSQL settings on top of ours, for example `{ work_mem: '32MB' }`. */
  settings?: Readonly<Record<string, string>>;
  /** False for tests only: faster, but a crash of the machine can destroy the data. Default true. */
  durable?: boolean;
  /** Receives each line of the server's log, up to 0.2 s late. */
  onLog?: (line: string) => void;
  /** Called once when the server ends without `stop`. Call `stop` and start again to recover. */
  onExit?: (exit: UnexpectedExit) => void;
}>;

/** What we remember of the last start: its port, and whether the server that runs is the one that we would start. */
type ServerRecord = Readonly<{ port: number; pid: number; startedAtSec: number; launchKey: string }>;

type Preparation = Readonly<{
  dataDir: string;
  clusterDir: string;
  binaries: Binaries;
  password: string;
  settings: Readonly<Record<string, string>>;
  launchKey: string;
  log: ServerLog;
}>;

/**
 * Starts, or adopts, the server of a data folder with the binaries of `installation`.
 *
 *     take the folder's lock ── refused: another live process owns it
 *     binaries + account     ── in place, or a copy that the account can reach
 *     cluster                ── absent: initdb, then rename; of another major version: refused
 *     a server still runs    ── ours, same settings, lets us in: adopt it; otherwise stop it
 *     launch, log in, record ── a port that was taken meanwhile: try another
 *
 * Whatever fails, the lock is given up and a server that was launched is stopped again.
 */
export async function startFromInstallation(
  installation: Installation,
  options: EmbeddedPostgresOptions,
): Promise<EmbeddedPostgres> {
  const dataDir = resolve(options.dataDir);
  const clusterDir = join(dataDir, 'postgres');
  const durable = options.durable ?? true;
  const settings = serverSettings({ durable, extra: options.settings ?? {} });
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw folderError(dataDir, error);
  }
  const lock = acquireOwnerLock(dataDir);
  let log: ServerLog | undefined;
  let server: RunningServer | undefined;
  try {
    log = openServerLog(join(dataDir, 'postgres.log'), options.onLog);
    const clusterMajor = clusterMajorVersion(clusterDir);
    const binaries = await prepareBinaries(installation, accountCandidates(clusterDir));
    if (clusterMajor !== undefined) checkClusterVersion(clusterDir, clusterMajor, binaries.version);
    const launchKey = digest([binaries.version, binaries.nativeDir, settings]);
    const known = readPassword(dataDir);
    const preparation = { dataDir, clusterDir, binaries, settings, launchKey, log, password: known ?? '' };

    const adopted = await adoptOrStop(preparation);
    if (adopted !== undefined) {
      server = adopted.server;
      return handle({ ...preparation, ...adopted, adopted: true, lock, options });
    }
    const password = known ?? createPassword(dataDir);
    if (clusterMajor === undefined) {
      await createCluster({ dataDir, clusterDir, binaries, password, durable });
    } else {
      adjustOwner(clusterDir, binaries.account);
      await clearDeadServer(clusterDir);
      if (known === undefined) await resetPassword(clusterDir, binaries, password);
    }
    server = await launch({ ...preparation, password });
    const version = await ensureMainDatabase(server.port, password, clusterMajor === undefined);
    const { port, pid, startedAtSec } = server;
    const record: ServerRecord = { port, pid, startedAtSec, launchKey };
    writeDurably(join(dataDir, 'postgres.json'), `${JSON.stringify(record)}\n`);
    return handle({ ...preparation, password, server, version, adopted: false, lock, options });
  } catch (error) {
    try {
      if (server !== undefined) await stopServer(server);
    } finally {
      log?.close();
      lock.release();
    }
    // What the system refuses here concerns the data folder; anything else is told, or crashes, as it is.
    throw error instanceof Error && 'syscall' in error ? folderError(dataDir, error) : error;
  }
}

/**
 * Looks for a server that outlived its owner. It is adopted when it is exactly what we would start (same binaries,
 * settings and durability, by our own record) and lets us in; otherwise it is stopped.
 */
async function adoptOrStop(preparation: Preparation): Promise<{ server: RunningServer; version: string } | undefined> {
  const { clusterDir, dataDir, launchKey, password } = preparation;
  const file = readPostmasterFile(clusterDir);
  if (file === undefined) return undefined;
  const identity = { pid: file.pid, clusterDir, startedAtSec: file.startedAtSec };
  if (!isServerRunning(identity)) return undefined;

  const record = readRecord(dataDir);
  const expected =
    record?.pid === file.pid && record.startedAtSec === file.startedAtSec && record.launchKey === launchKey;
  if (expected && password !== '' && file.status === 'ready') {
    try {
      const version = await ensureMainDatabase(file.port, password, false);
      return { server: { ...identity, port: file.port, exited: watchForeign(identity) }, version };
    } catch {
      // It runs but does not serve us: a fresh start will, or will say why not.
    }
  }
  await stopServer(identity);
  return undefined;
}

/** We are not the parent of an adopted server, so the system does not tell us of its end: we look twice a second. */
function watchForeign(identity: Parameters<typeof isServerRunning>[0]): RunningServer['exited'] {
  return new Promise((resolveExit) => {
    const timer = setInterval(() => {
      if (isServerRunning(identity)) return;
      clearInterval(timer);
      resolveExit({ code: null, signal: null });
    }, 500);
    timer.unref();
  });
}

const launchTries = 8;

async function launch(preparation: Preparation): Promise<RunningServer> {
  const { clusterDir, dataDir, binaries, settings, log } = preparation;
  let preferred = readRecord(dataDir)?.port;
  for (let tries = 1; ; tries += 1) {
    const port = await freePort(preferred);
    const result = await launchServer({ binaries, clusterDir, port, settings, log });
    if (result.kind === 'ready') return result.server;
    const failure = classifyStartFailure(dataDir, result.log, result.cause);
    if (failure.kind === 'fatal') throw failure.error;
    if (tries >= launchTries) {
      throw new EmbeddedPostgresError('start_failed', `PostgreSQL does not start in ${dataDir}: ${result.log}`, {
        hint: 'Another server may use the same cluster folder, or programs take every port: stop them and try again.',
      });
    }
    if (failure.kind === 'stray_processes') await clearDeadServer(clusterDir);
    else preferred = undefined;
  }
}

function handle(
  parts: Preparation & {
    server: RunningServer;
    version: string;
    adopted: boolean;
    lock: { release(): void };
    options: EmbeddedPostgresOptions;
  },
): EmbeddedPostgres {
  const { server, password, log, lock, options } = parts;
  let stopping: Promise<void> | undefined;
  let ended = false;
  // A program that ends without `stop` takes its server along; only a kill leaves it to be adopted.
  const stopAtExit = () => {
    if (!ended && isServerRunning(server)) signalProcess(server.pid, 'SIGINT');
  };
  process.once('exit', stopAtExit);
  void server.exited.then((exit) => {
    ended = true;
    if (stopping === undefined) options.onExit?.({ pid: server.pid, ...exit, log: log.tail() });
  });
  const stop = async () => {
    try {
      await stopServer(server);
    } finally {
      process.off('exit', stopAtExit);
      log.close();
      lock.release();
    }
  };
  return {
    url: connectionString(server.port, password, mainDatabase),
    dataDir: parts.dataDir,
    port: server.port,
    pid: server.pid,
    adopted: parts.adopted,
    version: parts.version,
    connectionString: (database) => connectionString(server.port, password, database),
    stop: () => {
      stopping ??= stop();
      return stopping;
    },
  };
}

function readRecord(dataDir: string): ServerRecord | undefined {
  try {
    const value: unknown = JSON.parse(readFileSync(join(dataDir, 'postgres.json'), 'utf8'));
    if (typeof value !== 'object' || value === null) return undefined;
    const { port, pid, startedAtSec, launchKey } = value as Record<string, unknown>;
    if (typeof port !== 'number' || !Number.isInteger(port) || port < 1024 || port > 65535) return undefined;
    if (typeof pid !== 'number' || typeof startedAtSec !== 'number' || typeof launchKey !== 'string') return undefined;
    return { port, pid, startedAtSec, launchKey };
  } catch {
    return undefined; // It only saves work: without it a server is restarted rather than adopted.
  }
}

function digest(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 16);
}
