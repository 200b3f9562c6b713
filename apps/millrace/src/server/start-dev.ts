// `millrace dev`: database, engine, server, worker and workspaces in one process, opened in this order and closed in the
// other one. Everything that lasts is in the data folder: postgres/ (by the embedded server), blobs/, sources/, work/,
// shared/.
import { randomBytes } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import { createLocalBlobStore } from '@millrace/blobs';
import type { GitSettings, IdentityProviderConfig, SecretKeyConfig, SecretSourceConfig } from '@millrace/definition';
import { createEngine, type Retention } from '@millrace/engine';
import { createIdentityProvider } from '@millrace/identity';
import type { SourceLoad } from '@millrace/sources';
import { openPostgresStore } from '@millrace/store-postgres';
import { createWorker } from '@millrace/worker';
import { type Closers, createClosers } from '../processes/closers.ts';
import { createLocalExecutors, localCapabilities } from '../processes/local-executors.ts';
import { restWhenIdle } from '../processes/rest-when-idle.ts';
import { describeWorker, everyQueue } from '../processes/worker-identity.ts';
import { version } from '../version.ts';
import { createLateSources } from './late-sources.ts';
import { listen } from './listen.ts';
import { openWorkspaces } from './open-workspaces.ts';
import { openOwnSecretKeys } from './secret-keys.ts';
import { createTerminalLog, reportTo } from './server-log.ts';
import { openServerSecrets } from './server-secrets.ts';
import { startDatabase } from './start-database.ts';
import { webUi } from './web-ui.ts';
import type { WorkspacePlace } from './workspace-option.ts';

/** How long Ctrl-C lets running steps go on before it stops them. */
const stopGraceMs = 5_000;

export type DevOptions = Readonly<{
  workspaces: readonly WorkspacePlace[];
  git: GitSettings;
  dataDir: string;
  host: string;
  /** null: the default port, or the next free one. */
  port: number | null;
  slots: number | null;
  token: string | null;
  secretsFile: string | null;
  /** Outside sources of secrets. */
  secretSources: readonly SecretSourceConfig[];
  secretKeys: readonly SecretKeyConfig[];
  secretsKeyFile: string | null;
  /** Outside providers that people may sign in by. */
  identityProviders: readonly IdentityProviderConfig[];
  retention: Retention;
  /** Whether files of workspaces may be edited through the server. */
  editor: boolean;
  logLevel: string;
  onLoad: (workspace: WorkspacePlace, load: SourceLoad) => void;
  /** The database ended by itself and does not start again: nothing works any more. */
  onLost: (message: string) => void;
}>;

export type Dev = Readonly<{ url: string; loads: ReadonlyMap<string, SourceLoad>; stop(): Promise<void> }>;

export async function startDev(options: DevOptions): Promise<Dev> {
  const log = createTerminalLog(options.logLevel);
  const onError = reportTo(log);
  const closers = createClosers(onError);
  try {
    return await open(options, closers, log, onError);
  } catch (error) {
    await closers.closeAll();
    throw error;
  }
}

async function open(
  options: DevOptions,
  closers: Closers,
  log: ReturnType<typeof createTerminalLog>,
  onError: (error: unknown, where: string) => void,
): Promise<Dev> {
  const dataDir = resolve(options.dataDir);
  const url = await startDatabase(dataDir, closers, {
    onRestart: (how) => log.warn({}, `the database ended by itself (${how}) and was started again`),
    onLost: options.onLost,
  });
  const postgres = await openPostgresStore({ url, onError: (error) => onError(error, 'a connection to the database') });
  closers.add('store', postgres.close);
  await postgres.migrate();
  const { store, queries } = postgres;
  const blobs = createLocalBlobStore({ folder: join(dataDir, 'blobs') });
  closers.add('blob store', blobs.close);
  const secrets = await openServerSecrets(options.secretsFile ?? undefined, options.secretSources);
  const secretKeys = await openOwnSecretKeys(
    {
      file: options.secretsKeyFile ?? undefined,
      wrapped: options.secretKeys,
      onUnavailable: (error) => onError(error, 'the keys of stored secrets; they are asked for again'),
    },
    dataDir,
  );
  const engine = await createEngine({
    store,
    queries,
    blobs,
    secrets,
    secretKeys,
    retention: options.retention,
    onError,
  });
  await engine.start();
  closers.add('engine', engine.stop);

  const attemptKey = randomBytes(32);
  const sources = createLateSources();
  const listening = await listen(
    {
      engine,
      host: options.host,
      version,
      logger: log,
      ...(options.token === null ? {} : { apiToken: options.token }),
      attemptKey,
      identityProviders: options.identityProviders.map(createIdentityProvider),
      webUi,
      editor: options.editor,
      sources,
    },
    options.port,
  );
  closers.add('server', listening.server.close);
  const workspaces = await openWorkspaces({
    engine,
    workspaces: options.workspaces,
    git: options.git,
    cacheFolder: join(dataDir, 'sources'),
    exclude: [dataDir],
    closers,
    onLoad: options.onLoad,
    onError,
  });
  sources.become(workspaces.sources);
  const worker = createWorker({
    protocol: engine.workers,
    description: describeWorker({
      name: 'dev',
      slots: options.slots ?? Math.max(8, availableParallelism() * 4),
      queues: everyQueue,
    }),
    executors: createLocalExecutors(localCapabilities, true, (message) => log.warn(message)),
    folder: join(dataDir, 'work'),
    sharedFolder: join(dataDir, 'shared'),
    api: { url: listening.url, signingKey: () => attemptKey },
    logger: log,
  });
  worker.start();
  closers.add('worker', () => worker.stop({ graceMs: stopGraceMs }));
  const stopResting = restWhenIdle();
  closers.add('rest', async () => stopResting());
  return { url: listening.url, loads: workspaces.loads, stop: closers.closeAll };
}
