// `millrace work`: a worker that talks HTTP only. It needs no database and no open port.
import { constants } from 'node:fs';
import { access, mkdir } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { MillraceError } from '@millrace/core';
import {
  type ApiAccess,
  attemptKeyOf,
  attemptKeyOfWorkerToken,
  createHttpWorkerProtocol,
  createWorker,
} from '@millrace/worker';
import type { WorkCommandOptions } from '../commands/work.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { createLocalExecutors, type LocalCapability, localCapabilities } from '../processes/local-executors.ts';
import { restWhenIdle } from '../processes/rest-when-idle.ts';
import { listenForStop } from '../processes/stop-signals.ts';
import { describeWorker } from '../processes/worker-identity.ts';
import { serverUrl } from '../remote/server-url.ts';
import { createJsonLog } from './server-log.ts';
import { environmentSecret } from './server-secrets.ts';
import { openWorkerToken, type WorkerToken } from './worker-token.ts';

export async function runWork(options: WorkCommandOptions): Promise<ExitCode> {
  const url = serverUrl(options.server);
  const capabilities = chooseCapabilities(options.capabilities ?? ['shell', 'script']);
  const { sharedFolder } = options;
  if (sharedFolder !== undefined) await openSharedFolder(sharedFolder);
  const log = createJsonLog(options.logLevel);
  const description = describeWorker({
    name: options.name,
    slots: options.slots ?? Math.max(4, availableParallelism() * 4),
    labels: options.labels,
    queues: options.queues,
  });
  const stop = listenForStop({ onFirst: () => log.info('stopping; running steps get a grace to end') });
  const stopResting = restWhenIdle();
  try {
    const shown = await openWorkerToken(options, url, log, stop.signal);
    if (shown === null) return exitCodes.ok;
    const revoked = Promise.withResolvers<MillraceError>();
    const worker = createWorker({
      protocol: createHttpWorkerProtocol({ url, ...(shown.kind === 'none' ? {} : { token: shown.token }) }),
      description,
      ...(shown.kind === 'own' ? { joined: shown.token.id } : {}),
      ...apiAccess(url, shown),
      executors: createLocalExecutors(capabilities, options.allowPrivate ?? false, (message) => log.warn(message)),
      // Steps are told of paths in it, wherever they are.
      folder: resolve(options.folder ?? join(tmpdir(), `millrace-work-${process.getuid?.() ?? 'user'}`)),
      ...(sharedFolder === undefined ? {} : { sharedFolder: resolve(sharedFolder) }),
      ownSecret: environmentSecret,
      logger: log,
      onEvent: (event) => {
        if (event.type === 'revoked') revoked.resolve(event.cause);
      },
    });
    worker.start();
    const { name, slots, labels, queues } = description;
    const bounds = shown.kind === 'own' && shown.token.bounds !== null ? { bounds: shown.token.bounds } : {};
    log.info({ server: url, id: worker.id, name, slots, capabilities, labels, queues, ...bounds }, 'working');
    if (shown.kind === 'own') shown.token.start();
    const ended = await Promise.race([stopOf(stop.signal), revoked.promise]);
    if (shown.kind === 'own') shown.token.stop();
    await worker.stop();
    if (ended !== null) throw ended;
    return exitCodes.ok;
  } finally {
    stop.release();
    stopResting();
  }
}

/** Where the server asks for no token there is nothing to sign with: steps that ask for the API fail, and say why. */
function apiAccess(url: string, shown: WorkerToken): Readonly<{ api?: ApiAccess }> {
  if (shown.kind === 'none') return {};
  const { token } = shown;
  const signingKey = (): Uint8Array =>
    typeof token === 'string' ? attemptKeyOf(token) : attemptKeyOfWorkerToken(token.current());
  return { api: { url, signingKey } };
}

const stopOf = (signal: AbortSignal): Promise<null> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve(null);
    signal.addEventListener('abort', () => resolve(null), { once: true });
  });

/** A worker that says that it has a shared folder must have it: steps are given to it because of that. */
async function openSharedFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
    await access(folder, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (cause) {
    throw new MillraceError('configuration', `The shared folder ${folder} cannot be used.`, {
      hint: 'Is the disk mounted, and may this user write there?',
      cause,
    });
  }
}

function chooseCapabilities(names: readonly string[]): readonly LocalCapability[] {
  return names.map((name) => {
    const found = localCapabilities.find((capability) => capability === name);
    if (found !== undefined) return found;
    throw new MillraceError('configuration', `A worker of this version cannot run ${JSON.stringify(name)} steps.`, {
      hint: `Capabilities: ${localCapabilities.join(', ')}.`,
    });
  });
}
