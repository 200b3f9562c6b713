import { closeSync, openSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { EmbeddedPostgresError, folderError, systemErrorCode } from './embedded-postgres-error.ts';

/**
 * One Millrace process owns a data folder at a time.
 *
 * The lock is a lock of the operating system on `owner.lock`, taken through SQLite because Node itself offers no file
 * locks: the kernel gives it to exactly one process, also when two ask at the same moment, and takes it back when
 * that process ends in whatever way. So no lock is ever stale, a reused process id cannot be mistaken for the owner,
 * and two containers that share the folder exclude each other too; none of this holds for a file with a process id.
 * `owner.json` beside it only serves the message to whoever is refused.
 */
export type OwnerLock = Readonly<{ release(): void }>;

/** Keeps the handles alive: a handle that is garbage collected would give the lock up. */
const heldLocks = new Set<DatabaseSync>();

const sqliteBusy = 5;

/** SQLite takes 512 bytes for a path, links resolved, of which the names that it appends need some. */
const maxPathBytes = 480;

/** Takes the lock of `dataDir` (which exists) or throws `already_running`, naming the holder's process id. */
export function acquireOwnerLock(dataDir: string): OwnerLock {
  const infoFile = join(dataDir, 'owner.json');
  const lockFile = join(dataDir, 'owner.lock');
  let handle: DatabaseSync | undefined;
  try {
    assertShortEnough(dataDir);
    createPrivate(lockFile);
    handle = new DatabaseSync(lockFile, { timeout: 0 });
    handle.exec('begin exclusive');
  } catch (error) {
    handle?.close();
    if (error instanceof Error && 'errcode' in error && error.errcode === sqliteBusy) throw refused(dataDir, infoFile);
    throw folderError(dataDir, error, 'its file owner.lock cannot be opened and locked: ');
  }
  const lock = handle;
  heldLocks.add(lock);
  const release = () => {
    if (!heldLocks.delete(lock)) return;
    rmSync(infoFile, { force: true });
    lock.close();
  };
  try {
    const info = { pid: process.pid, host: hostname(), command: process.argv.slice(0, 3).join(' ') };
    rmSync(infoFile, { force: true });
    writeFileSync(infoFile, `${JSON.stringify(info)}\n`, { mode: 0o600 });
  } catch (error) {
    heldLocks.delete(lock);
    lock.close();
    throw folderError(dataDir, error);
  }
  return { release };
}

function assertShortEnough(dataDir: string): void {
  const pathBytes = Buffer.byteLength(realpathSync(dataDir));
  if (pathBytes > maxPathBytes) {
    throw new EmbeddedPostgresError('path_too_long', `The path of the data folder ${dataDir} has ${pathBytes} bytes.`, {
      hint: `Choose a data folder whose path has at most ${maxPathBytes} bytes.`,
    });
  }
}

/**
 * Other users must not be able to open the file, since they could lock it. It is opened here only when it did not
 * exist: closing a file gives up all locks that the process holds on it.
 */
function createPrivate(lockFile: string): void {
  try {
    closeSync(openSync(lockFile, 'wx', 0o600));
  } catch (error) {
    if (systemErrorCode(error) !== 'EEXIST') throw error;
  }
}

function refused(dataDir: string, infoFile: string): EmbeddedPostgresError {
  const holder = describeHolder(infoFile);
  return new EmbeddedPostgresError('already_running', `The data folder ${dataDir} is in use by ${holder}.`, {
    hint: 'Stop that process, or give this one a data folder of its own.',
  });
}

function describeHolder(infoFile: string): string {
  try {
    const info: unknown = JSON.parse(readFileSync(infoFile, 'utf8'));
    if (typeof info === 'object' && info !== null && 'pid' in info && typeof info.pid === 'number') {
      const self = info.pid === process.pid ? ' (this process)' : '';
      const host = 'host' in info && info.host !== hostname() ? ` on ${String(info.host)}` : '';
      return `another Millrace: process ${info.pid}${self}${host}`;
    }
  } catch {
    // The holder took the lock a moment ago and has not written its name yet.
  }
  return 'another Millrace process that has just started';
}
