// `millrace work`: a worker that talks HTTP only. It needs no database and no open port.
import { constants } from 'node:fs';
import { access, mkdir } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { MillraceError } from '@millrace/core';
import { createHttpWorkerProtocol, createWorker } from '@millrace/worker';
import type { WorkCommandOptions } from '../commands/work.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { createLocalExecutors, type LocalCapability, localCapabilities } from '../processes/local-executors.ts';
import { restWhenIdle } from '../processes/rest-when-idle.ts';
import { listenForStop } from '../processes/stop-signals.ts';
import { describeWorker } from '../processes/worker-identity.ts';
import { serverUrl } from '../remote/server-url.ts';
import { createJsonLog } from './server-log.ts';
import { environmentSecret } from './server-secrets.ts';

export async function runWork(options: WorkCommandOptions): Promise<ExitCode> {
  const url = serverUrl(options.server);
  const token = options.token ?? process.env.MILLRACE_WORKER_TOKEN;
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
  const worker = createWorker({
    protocol: createHttpWorkerProtocol({ url, ...(token === undefined ? {} : { token }) }),
    description,
    executors: createLocalExecutors(capabilities, options.allowPrivate ?? false, (message) => log.warn(message)),
    folder: options.folder ?? join(tmpdir(), `millrace-work-${process.getuid?.() ?? 'user'}`),
    ...(sharedFolder === undefined ? {} : { sharedFolder: resolve(sharedFolder) }),
    ownSecret: environmentSecret,
    logger: log,
  });
  const stop = listenForStop({ onFirst: () => log.info('stopping; running steps get a grace to end') });
  worker.start();
  const stopResting = restWhenIdle();
  const { name, slots, labels, queues } = description;
  log.info({ server: url, id: worker.id, name, slots, capabilities, labels, queues }, 'working');
  try {
    if (!stop.signal.aborted) {
      await new Promise<void>((resolve) => stop.signal.addEventListener('abort', () => resolve(), { once: true }));
    }
    await worker.stop();
    return exitCodes.ok;
  } finally {
    stop.release();
    stopResting();
  }
}

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
