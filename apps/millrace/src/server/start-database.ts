import { MillraceError } from '@millrace/core';
import { EmbeddedPostgresError, startEmbeddedPostgres, type UnexpectedExit } from '@millrace/store-postgres';
import type { Closers } from '../processes/closers.ts';

/** Starts the PostgreSQL of a data folder and gives its address. Errors are `MillraceError`s that say what to do. */
export async function startDatabase(
  dataDir: string,
  closers: Closers,
  onExit: (exit: UnexpectedExit) => void,
): Promise<string> {
  try {
    const database = await startEmbeddedPostgres({ dataDir, onExit });
    closers.add('database', database.stop);
    return database.url;
  } catch (cause) {
    throw cause instanceof EmbeddedPostgresError ? databaseFault(cause, dataDir) : cause;
  }
}

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
