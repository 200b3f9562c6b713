// The folders that steps of a run share: `<root>/<run id>`, on a disk that every worker with the same root reaches.
//
// Made at first use. Nobody owns them: any worker with the root asks its server which of the runs have ended and removes
// their folders, so those of a worker that died go as well. A folder that another worker removes at the same time is no
// failure. Only names that are run ids are looked at, only real folders are used, and links are removed, never followed.
import { lstat, mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { MillraceError, maxEndedRuns, type RunId, runId, type WorkerProtocol } from '@millrace/core';
import type { WorkerLogger } from '../worker.ts';
import { measureTree } from './measure-tree.ts';
import { removeTree } from './worker-folder.ts';

export type SharedFoldersOptions = Readonly<{
  root: string;
  endedRuns: WorkerProtocol['endedRuns'];
  logger: WorkerLogger;
  /** How often ended runs are looked for; sooner after an attempt that had a shared folder. Default: a minute. */
  sweepMs?: number;
}>;

export type SharedFolders = Readonly<{
  start(): void;
  /** The folder of a run; made when it is not there. */
  take(run: RunId): Promise<string>;
  /** An attempt that had one has ended: its run may have, too. */
  released(): void;
  end(): Promise<void>;
}>;

const soonMs = 3_000;
/** A folder of a run that the server does not know (its database was replaced) goes when it was not changed for so long. */
const keepUnknownMs = 7 * 24 * 60 * 60_000;

export function createSharedFolders({
  root,
  endedRuns,
  logger,
  sweepMs = 60_000,
}: SharedFoldersOptions): SharedFolders {
  let timer: NodeJS.Timeout | undefined;
  let due = Number.POSITIVE_INFINITY;
  let sweeping: Promise<void> | null = null;
  let ended = false;

  const sweepWithin = (ms: number): void => {
    const at = performance.now() + ms;
    if (ended || sweeping !== null || at >= due) return;
    due = at;
    clearTimeout(timer);
    timer = setTimeout(() => {
      due = Number.POSITIVE_INFINITY;
      sweeping = sweep()
        .catch((cause: unknown) => logger.warn({ err: cause, root }, 'shared folders could not be looked through'))
        .finally(() => {
          sweeping = null;
          sweepWithin(sweepMs);
        });
    }, ms);
    timer.unref();
  };

  const sweep = async (): Promise<void> => {
    const runs = await runsWithFolders(root);
    for (let from = 0; from < runs.length && !ended; from += maxEndedRuns) {
      const answer = await endedRuns(runs.slice(from, from + maxEndedRuns));
      for (const run of answer.ended) await remove(join(root, run), run);
      for (const run of answer.unknown) {
        if (await isUntouched(join(root, run))) await remove(join(root, run), run);
      }
    }
  };

  const remove = async (folder: string, run: RunId): Promise<void> => {
    const { bytes, files, complete } = await measureTree(folder);
    await removeTree(folder);
    logger.info({ run, bytes, files, complete }, 'the shared folder of an ended run was removed');
  };

  return {
    start: () => sweepWithin(Math.min(soonMs, sweepMs)),
    async take(run) {
      const folder = join(root, run);
      await mkdir(folder, { recursive: true, mode: 0o700 });
      if ((await lstat(folder)).isDirectory()) return folder;
      throw new MillraceError(
        'configuration',
        `${folder} is not a folder, so the steps of run ${run} cannot share it.`,
        {
          hint: 'Something else put it there. Remove it, and let only workers write below the shared root.',
        },
      );
    },
    released: () => sweepWithin(Math.min(soonMs, sweepMs)),
    async end() {
      ended = true;
      clearTimeout(timer);
      await sweeping;
    },
  };
}

async function runsWithFolders(root: string): Promise<RunId[]> {
  const names = await readdir(root).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT') return [];
    throw cause;
  });
  return names.filter((name) => /^[1-9]\d{0,18}$/.test(name)).map(runId);
}

async function isUntouched(folder: string): Promise<boolean> {
  const stats = await lstat(folder).catch(() => null);
  return stats !== null && Date.now() - stats.mtimeMs > keepUnknownMs;
}
