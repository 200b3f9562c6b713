// `millrace serve`: a server for many, on a PostgreSQL that exists. It keeps nothing itself, so any number may run.
import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLocalBlobStore } from '@millrace/blobs';
import { MillraceError } from '@millrace/core';
import { createEngine, type Engine } from '@millrace/engine';
import { createIdentityProvider } from '@millrace/identity';
import { isLoopbackHost } from '@millrace/server';
import { openPostgresStore } from '@millrace/store-postgres';
import { createWorker } from '@millrace/worker';
import type { ServeCommandOptions } from '../commands/serve.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { type Closers, createClosers } from '../processes/closers.ts';
import { createLocalExecutors } from '../processes/local-executors.ts';
import { restWhenIdle } from '../processes/rest-when-idle.ts';
import { listenForStop } from '../processes/stop-signals.ts';
import { describeWorker } from '../processes/worker-identity.ts';
import { version } from '../version.ts';
import { createLateSources } from './late-sources.ts';
import { defaultPort, listen } from './listen.ts';
import { openWorkspaces } from './open-workspaces.ts';
import { retentionOf } from './retention.ts';
import { openSecretKeys } from './secret-keys.ts';
import { readServerConfig } from './server-config.ts';
import { createJsonLog, reportTo } from './server-log.ts';
import { openServerSecrets } from './server-secrets.ts';
import { tellAuditHead } from './tell-audit-head.ts';
import { webUi } from './web-ui.ts';
import { allWorkspaces, describePlace } from './workspace-option.ts';

type Settings = Readonly<{
  database: string;
  blobs: string;
  token: string | undefined;
  publicUrl: string | undefined;
  workerToken: string | undefined;
}>;

export async function runServe(options: ServeCommandOptions): Promise<ExitCode> {
  const settings = settle(options);
  const log = createJsonLog(options.logLevel);
  const closers = createClosers(reportTo(log));
  const stop = listenForStop({ onFirst: () => log.info('stopping') });
  try {
    const url = await open(options, settings, closers, log);
    log.info({ url }, 'ready');
    if (!stop.signal.aborted) {
      await new Promise<void>((resolve) => stop.signal.addEventListener('abort', () => resolve(), { once: true }));
    }
    return exitCodes.ok;
  } finally {
    await closers.closeAll();
    stop.release();
  }
}

async function open(
  options: ServeCommandOptions,
  settings: Settings,
  closers: Closers,
  log: ReturnType<typeof createJsonLog>,
): Promise<string> {
  const onError = reportTo(log);
  const config = await readServerConfig(options.config);
  const postgres = await openPostgresStore({
    url: settings.database,
    onError: (error) => onError(error, 'a connection to the database'),
    ...(options.schema === undefined ? {} : { schema: options.schema }),
  });
  closers.add('store', postgres.close);
  await postgres.migrate();
  const { store, queries } = postgres;
  const blobs = createLocalBlobStore({ folder: settings.blobs });
  closers.add('blob store', blobs.close);
  const secrets = await openServerSecrets(options.secretsFile, config.secretSources);
  const secretKeys = await openSecretKeys({
    file: options.secretsKeyFile,
    wrapped: config.secretKeys,
    onUnavailable: (error) => onError(error, 'the keys of stored secrets; they are asked for again'),
  });
  const retention = retentionOf(config.retention, options.keepRuns);
  const engine = await createEngine({ store, queries, blobs, secrets, secretKeys, retention, onError });
  await engine.start();
  closers.add('engine', engine.stop);
  const stopTelling = tellAuditHead(engine, (line) => log.info(line));
  closers.add('audit log', async () => stopTelling());
  const sources = createLateSources();
  const listening = await listen(
    {
      engine,
      host: options.host,
      version,
      logger: log,
      signIn: options.signIn,
      ...(settings.token === undefined ? {} : { apiToken: settings.token }),
      ...(settings.publicUrl === undefined ? {} : { publicUrl: settings.publicUrl }),
      ...(options.trustProxy === undefined ? {} : { trustedProxies: options.trustProxy }),
      ...(settings.workerToken === undefined ? {} : { workerToken: settings.workerToken }),
      ...(options.allowHost === undefined ? {} : { allowedHosts: options.allowHost }),
      identityProviders: config.identityProviders.map(createIdentityProvider),
      sources,
      editor: options.editor,
      webUi,
    },
    options.port ?? defaultPort,
  );
  closers.add('server', listening.server.close);
  if (options.signIn) await tellSetUp(engine, settings.publicUrl ?? listening.url, log);
  const workspaces = await openWorkspaces({
    engine,
    workspaces: allWorkspaces(config, options.workspace ?? []),
    git: config.git,
    cacheFolder: await ownFolder(closers),
    exclude: [settings.blobs],
    closers,
    onError,
    onLoad: (workspace, load) => {
      const errors = load.diagnostics.filter((diagnostic) => diagnostic.severity === 'error');
      const facts = {
        workspace: workspace.name,
        source: describePlace(workspace),
        revision: load.revision,
        live: load.live,
        workflows: load.workflows.length,
      };
      if (errors.length === 0) log.info(facts, 'workspace loaded');
      else log.warn({ ...facts, diagnostics: load.diagnostics }, 'workspace has errors; its last good version stays');
    },
  });
  sources.become(workspaces.sources);
  const worker = createWorker({
    protocol: engine.workers,
    description: describeWorker({ slots: Math.max(32, availableParallelism() * 16) }),
    executors: createLocalExecutors(['http', 'function'], options.allowPrivate ?? false),
    folder: join(tmpdir(), `millrace-serve-${process.pid}`),
    logger: log,
  });
  worker.start();
  closers.add('worker', () => worker.stop());
  const stopResting = restWhenIdle();
  closers.add('rest', async () => stopResting());
  return listening.url;
}

/** While nobody may do everything, whoever reads the log may become the one who does. */
async function tellSetUp({ people }: Engine, url: string, log: ReturnType<typeof createJsonLog>): Promise<void> {
  const token = await people.setUp.token();
  if (token === null) return;
  // Behind `#`, so that no proxy and no log of requests gets to see it.
  const link = `${url}/set-up#token=${token}`;
  log.warn({ link }, 'there is no administrator yet: whoever opens this link becomes one, within a day');
}

/** For copies of repositories: gone with the process, since two may not share one. */
async function ownFolder(closers: Closers): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-serve-'));
  closers.add('folder for repositories', () => rm(folder, { recursive: true, force: true }));
  return folder;
}

function publicUrlOf(text: string | undefined): string | undefined {
  if (text === undefined || (URL.canParse(text) && /^https?:$/.test(new URL(text).protocol))) {
    return text?.replace(/\/+$/, '');
  }
  throw new MillraceError('configuration', `${JSON.stringify(text)} is not the address of a server.`, {
    hint: 'Give --public-url with its scheme, for example https://millrace.example.',
  });
}

/** Options, else the environment. Throws `configuration` for what has no default. */
function settle(options: ServeCommandOptions): Settings {
  const database = options.database ?? process.env.MILLRACE_DATABASE_URL;
  if (database === undefined) {
    throw new MillraceError('configuration', 'The database is not given.', {
      hint: 'Use --database postgres://user:password@host/name or MILLRACE_DATABASE_URL. Without a PostgreSQL, use `millrace dev`.',
    });
  }
  const blobs = options.blobs ?? process.env.MILLRACE_BLOBS;
  if (blobs === undefined) {
    throw new MillraceError('configuration', 'The folder for logs and files is not given.', {
      hint: 'Use --blobs FOLDER or MILLRACE_BLOBS. Servers that share a database share this folder.',
    });
  }
  if (!options.signIn && !isLoopbackHost(options.host)) {
    throw new MillraceError('configuration', `--no-sign-in is for this machine only, not for ${options.host}.`, {
      hint: 'Leave it out, so that people sign in, or listen on 127.0.0.1.',
    });
  }
  return {
    database,
    blobs,
    token: options.token ?? process.env.MILLRACE_TOKEN,
    publicUrl: publicUrlOf(options.publicUrl ?? process.env.MILLRACE_PUBLIC_URL),
    workerToken: options.workerToken ?? process.env.MILLRACE_WORKER_TOKEN,
  };
}
