import { MillraceError } from '@millrace/core';
import {
  type EmbeddedPostgres,
  EmbeddedPostgresError,
  startEmbeddedPostgres,
  type UnexpectedExit,
} from '@millrace/store-postgres';
import type { Closers } from '../processes/closers.ts';

export type DatabaseEvents = Readonly<{
  /** It ended by itself and runs again, at the same address. */
  onRestart: (how: string) => void;
  /** It ended by itself and could not be started again, or ends again and again. */
  onLost: (message: string) => void;
}>;

/** A database that ends this often within this time is given up: something is wrong that a restart does not mend. */
const maxRestarts = 5;
const restartWindowMs = 60_000;

/**
 * Starts the PostgreSQL of a data folder, keeps it running, and gives its address. When it ends by itself it is started
 * again: it recovers what it had acknowledged, and connections are made anew by whoever uses them. Errors at the first
 * start are `MillraceError`s that say what to do.
 */
export async function startDatabase(dataDir: string, closers: Closers, events: DatabaseEvents): Promise<string> {
  const restarts: number[] = [];
  let stopped = false;
  let current: Promise<EmbeddedPostgres>;

  const restart = async (exit: UnexpectedExit, url: string): Promise<EmbeddedPostgres> => {
    const now = performance.now();
    restarts.push(now);
    if (restarts.filter((at) => now - at < restartWindowMs).length > maxRestarts) {
      throw new Error(`It ended ${maxRestarts + 1} times within a minute.`);
    }
    const again = await begin();
    if (again.url !== url) throw new Error('Its port was taken by another program meanwhile.');
    events.onRestart(describeExit(exit));
    return again;
  };

  const begin = async (): Promise<EmbeddedPostgres> => {
    const database: EmbeddedPostgres = await startEmbeddedPostgres({
      dataDir,
      onExit(exit) {
        if (stopped) return;
        current = database
          .stop()
          .then(() => restart(exit, database.url))
          .catch((error: unknown) => {
            const why = error instanceof Error ? error.message : String(error);
            const what = `The database of ${dataDir} ended by itself (${describeExit(exit)}) and is not started again: ${why}`;
            events.onLost(`${what}\nThe end of its log:\n${exit.log}`);
            return database;
          });
      },
    });
    return database;
  };

  try {
    current = begin();
    const { url } = await current;
    closers.add('database', async () => {
      stopped = true;
      await (await current).stop();
    });
    return url;
  } catch (cause) {
    throw cause instanceof EmbeddedPostgresError ? databaseFault(cause, dataDir) : cause;
  }
}

const describeExit = (exit: UnexpectedExit): string => exit.signal ?? `code ${exit.code ?? 'unknown'}`;

function databaseFault(cause: EmbeddedPostgresError, dataDir: string): MillraceError {
  const options = { hint: cause.hint, details: { folder: dataDir, reason: cause.code }, cause };
  switch (cause.code) {
    case 'already_running':
      return new MillraceError('folder_in_use', cause.message, options);
    case 'disk_full':
    case 'init_failed':
    case 'start_failed':
    case 'login_failed':
      return new MillraceError('store_unavailable', cause.message, options);
    default:
      return new MillraceError('configuration', cause.message, options);
  }
}
