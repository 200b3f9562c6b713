// Blobs as plain files: the key `logs/12/build.log` is the file `<folder>/logs/12/build.log`, so that people and common
// tools can read them, and a backup is a copy of the folder.
//
// Atomic: a blob is written to a file in `<folder>/~tmp` (a name that no key can have) and renamed to its place.
//
// Durable: before `put` resolves, the file's content, its name in the folder, and every folder made for it are synced to
// disk. That is two fsyncs for each blob, of which the folder's is shared by blobs that are written at the same time
// (folder-sync.ts), and file systems join concurrent syncs into one journal commit. Log chunks therefore stay cheap as
// long as their writer does not wait for one before it sends the next. `sync: false` leaves all of that to the operating
// system: a crash of Millrace still loses nothing, a crash of the machine may lose the last seconds. It is meant for
// throw-away folders. Deletions are never synced: a blob that is back after a crash is deleted by the next clean-up.
import { randomBytes } from 'node:crypto';
import { type FileHandle, mkdir, open, readdir, readFile, rename, rm, rmdir, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { BlobStore } from '@millrace/engine';
import { assertBlobKey, assertBlobPrefix } from '../blob-key.ts';
import { createFolderSync } from './folder-sync.ts';
import { listBlobs } from './list-blobs.ts';
import { localFault, systemCode } from './local-fault.ts';

export type LocalBlobStoreOptions = Readonly<{
  /** Made when it is missing. Several processes may use one folder at once. */
  folder: string;
  /** Whether `put` waits until the disk has it; default true. */
  sync?: boolean;
}>;

/** Temporary files older than this belong to a process that died. */
const abandonedMs = 24 * 60 * 60 * 1000;
export const temporaryFolder = '~tmp';

/**
 * A blob store in a local folder. Errors: `blob_store_full` when the disk (or quota) is full, `blob_store_unavailable`
 * for other failures of the file system, `invalid_request` for a key that is none.
 */
export function createLocalBlobStore(options: LocalBlobStoreOptions): BlobStore {
  const folder = resolve(options.folder);
  const sync = options.sync ?? true;
  const temporary = join(folder, temporaryFolder);
  const syncFolder = createFolderSync();
  const known = new Set<string>();
  const unique = `${process.pid}-${randomBytes(6).toString('hex')}`;
  let counter = 0;
  let prepared: Promise<void> | null = null;

  const pathOf = (key: string): string => {
    assertBlobKey(key);
    return join(folder, ...key.split('/'));
  };

  async function guarded<Result>(doing: string, work: () => Promise<Result>): Promise<Result> {
    try {
      return await work();
    } catch (cause) {
      throw localFault(cause, folder, doing);
    }
  }

  function prepare(): Promise<void> {
    prepared ??= mkdir(temporary, { recursive: true }).then(
      () => removeAbandoned(temporary),
      (cause) => {
        prepared = null;
        throw cause;
      },
    );
    return prepared;
  }

  /** Makes a folder and its parents, and syncs the names of those that are new. */
  async function makeFolder(path: string): Promise<void> {
    if (known.has(path)) return;
    const first = await mkdir(path, { recursive: true });
    if (sync && first !== undefined) {
      for (let made = path; made.length >= first.length; made = dirname(made)) await syncFolder(dirname(made));
    }
    if (known.size > 10_000) known.clear();
    known.add(path);
  }

  /**
   * A deletion at the same moment may remove the folder, or a parent of it, whenever it is empty: between any two of these
   * steps. So they are done again until the file is in its place; then the folder is not empty any more.
   */
  async function moveIntoPlace(from: string, path: string): Promise<void> {
    const parent = dirname(path);
    let moved = false;
    for (let attempt = 1; !moved; attempt += 1) {
      try {
        await makeFolder(parent);
        await rename(from, path);
        moved = true;
        if (sync) await syncFolder(parent);
      } catch (cause) {
        known.delete(parent);
        // Gone after the move: somebody deleted the blob already.
        if (systemCode(cause) !== 'ENOENT' || (!moved && attempt === 100)) throw cause;
      }
    }
  }

  async function put(key: string, data: Uint8Array | AsyncIterable<Uint8Array>): Promise<void> {
    const path = pathOf(key);
    await guarded(`write the blob ${key}`, async () => {
      await prepare();
      counter += 1;
      const draft = join(temporary, `${unique}-${counter}`);
      try {
        const file = await openDraft(draft);
        try {
          if (data instanceof Uint8Array) await writeAll(file, data);
          else for await (const chunk of data) await writeAll(file, chunk);
          if (sync) await file.datasync();
        } finally {
          await file.close();
        }
        await moveIntoPlace(draft, path);
      } catch (cause) {
        await rm(draft, { force: true }).catch(() => undefined);
        throw cause;
      }
    });
  }

  async function openDraft(draft: string): Promise<FileHandle> {
    try {
      return await open(draft, 'wx');
    } catch (cause) {
      if (systemCode(cause) !== 'ENOENT') throw cause;
      await mkdir(temporary, { recursive: true }); // Somebody emptied the folder while we ran.
      return open(draft, 'wx');
    }
  }

  async function get(key: string, range?: Readonly<{ start: number; end?: number }>): Promise<Uint8Array | null> {
    const path = pathOf(key);
    return guarded(`read the blob ${key}`, () =>
      orNull(async () => (range === undefined ? readFile(path) : readRange(path, range.start, range.end))),
    );
  }

  async function openBlob(key: string): Promise<AsyncIterable<Uint8Array> | null> {
    const path = pathOf(key);
    return guarded(`read the blob ${key}`, () =>
      orNull(async () => {
        const file = await open(path, 'r');
        if ((await file.stat()).isDirectory()) {
          await file.close();
          return null;
        }
        return file.createReadStream({ highWaterMark: 256 * 1024 });
      }),
    );
  }

  async function remove(keys: readonly string[]): Promise<void> {
    const paths = keys.map(pathOf);
    await guarded('delete blobs', async () => {
      const parents = new Set<string>();
      for (const path of paths) {
        await rm(path, { force: true }).catch(ignoreAbsence);
        parents.add(dirname(path));
      }
      for (const parent of parents) await removeEmptyFolders(parent, folder, known);
    });
  }

  return {
    put,
    get,
    open: openBlob,
    list: (prefix) => {
      assertBlobPrefix(prefix);
      return guarded(`list the blobs under "${prefix}"`, () => listBlobs(folder, prefix));
    },
    delete: remove,
    close: () => Promise.resolve(),
  };
}

/** No blob: no file, a folder in its place, or a file in place of one of its folders. */
async function orNull<Result>(work: () => Promise<Result>): Promise<Result | null> {
  try {
    return await work();
  } catch (cause) {
    const code = systemCode(cause);
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'EISDIR') return null;
    throw cause;
  }
}

function ignoreAbsence(cause: unknown): void {
  const code = systemCode(cause);
  if (code !== 'ENOENT' && code !== 'ENOTDIR' && code !== 'ERR_FS_EISDIR') throw cause;
}

async function writeAll(file: FileHandle, chunk: Uint8Array): Promise<void> {
  let offset = 0;
  while (offset < chunk.byteLength) {
    const { bytesWritten } = await file.write(chunk, offset, chunk.byteLength - offset);
    offset += bytesWritten;
  }
}

async function readRange(path: string, start: number, end: number | undefined): Promise<Uint8Array> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    const length = Math.max(0, Math.min(end ?? size, size) - start);
    const bytes = new Uint8Array(length);
    let filled = 0;
    while (filled < length) {
      const { bytesRead } = await file.read(bytes, filled, length - filled, start + filled);
      if (bytesRead === 0) break;
      filled += bytesRead;
    }
    return filled === length ? bytes : bytes.subarray(0, filled);
  } finally {
    await file.close();
  }
}

async function removeEmptyFolders(start: string, root: string, known: Set<string>): Promise<void> {
  for (let path = start; path.length > root.length; path = dirname(path)) {
    known.delete(path);
    try {
      await rmdir(path);
    } catch (cause) {
      const code = systemCode(cause);
      if (code !== 'ENOENT' && code !== 'ENOTDIR') return; // Not empty (or not ours to remove): its parents are not either.
    }
  }
}

async function removeAbandoned(temporary: string): Promise<void> {
  for (const name of await readdir(temporary)) {
    const path = join(temporary, name);
    const found = await stat(path).catch(() => null);
    if (found !== null && Date.now() - found.mtimeMs > abandonedMs)
      await rm(path, { force: true }).catch(() => undefined);
  }
}
