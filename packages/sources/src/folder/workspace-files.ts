// The definition files of a folder, as somebody edits them through a server.
//
// * Only YAML files below `.workflows` (or the one file that is the whole workspace), never tests, never hidden ones. A path is
//   refused by its form before the disk is asked, and no part of it may be a link: nothing outside of the folder is reached.
// * A text goes in and out byte by byte: only UTF-8 is taken, and a mark of byte order, CRLF and tabs are part of the text.
// * A change names the digest of what it was based on. It is compared right before the change; between both, another program has
//   no more than the time of a rename, and changes through this server come one after the other.
// * A file is replaced by renaming a whole, synced one over it, with the same permissions. A new file is linked to its name, which
//   fails where one has come into being meanwhile.
import { createHash, randomUUID } from 'node:crypto';
import { link, lstat, mkdir, open, rename, rm, unlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { MillraceError } from '@millrace/core';
import type { ContentCache } from '../files/content-cache.ts';
import { describeBytes } from '../files/diagnostic.ts';
import { systemCode } from '../files/system-code.ts';
import { defaultLimits, type WorkspaceLimits } from '../files/workspace-limits.ts';
import type { PackSources } from '../packs/pack-sources.ts';
import { readDefinitionFiles } from './definition-files.ts';
import { checkEditablePath } from './editable-path.ts';
import { type LoadedWorkspace, loadWorkspace } from './load-workspace.ts';
import { isLocation, locateWorkspace, pathInWorkspace, type WorkspaceLocation } from './locate-workspace.ts';

/** The largest file that is edited: what a request may carry, with its text written as JSON. */
export const maxEditedBytes = 512 * 1024;

export type EditedFile = Readonly<{
  /** From the workspace's folder, with `/`. */
  path: string;
  text: string;
  /** SHA-256 of its bytes; a change names it. */
  digest: string;
}>;

/** Each throws `not_found`, `invalid_request` (a path or content that is refused), `too_large` and `conflict`. */
export type WorkspaceFiles = Readonly<{
  list(): Promise<readonly Readonly<{ path: string; sizeBytes: number }>[]>;
  read(path: string): Promise<EditedFile>;
  /** The workspace as it would be with this text in the place of the file. What is wrong with it is told, never thrown. */
  check(path: string, text: string): Promise<LoadedWorkspace>;
  /** Without `basedOn` the file must be new. */
  write(path: string, text: string, basedOn: string | null): Promise<EditedFile>;
  rename(path: string, to: string, basedOn: string): Promise<EditedFile>;
  remove(path: string, basedOn: string): Promise<void>;
}>;

export type WorkspaceFilesOptions = Readonly<{
  /** What was given as the workspace. */
  path: string;
  limits?: Partial<WorkspaceLimits>;
  cache: ContentCache;
  packs: PackSources;
}>;

export function createWorkspaceFiles(options: WorkspaceFilesOptions): WorkspaceFiles {
  const limits = { ...defaultLimits, ...options.limits };
  let last: Promise<unknown> = Promise.resolve();
  /** Changes come one after the other. */
  const inTurn = <T>(change: () => Promise<T>): Promise<T> => {
    const done = last.then(change, change);
    last = done.catch(() => undefined);
    return done;
  };

  async function locate(): Promise<WorkspaceLocation> {
    const location = await locateWorkspace(options.path);
    if (isLocation(location)) return location;
    throw new MillraceError('not_found', location.message, { hint: location.hint ?? '' });
  }

  /** The absolute path of a file that may be edited. */
  async function resolvePath(path: string): Promise<string> {
    const { root, onlyFile } = await locate();
    checkEditablePath(path, onlyFile === null ? null : pathInWorkspace(root, onlyFile));
    let absolute = root;
    for (const part of path.split('/')) {
      absolute = join(absolute, part);
      const found = await lstat(absolute).catch(() => null);
      if (found?.isSymbolicLink() === true) {
        throw new MillraceError('invalid_request', `${path} leads over a link, which the editor does not follow.`, {
          hint: 'Edit the file that the link leads to where it is.',
        });
      }
    }
    return absolute;
  }

  async function read(path: string): Promise<EditedFile & Readonly<{ absolute: string; mode: number }>> {
    const absolute = await resolvePath(path);
    const { bytes, mode } = await readWhole(absolute, path);
    return { path, absolute, mode, text: decode(bytes, path), digest: digestOf(bytes) };
  }

  async function unchanged(path: string, basedOn: string) {
    const file = await read(path);
    if (file.digest === basedOn) return file;
    throw new MillraceError('conflict', `${path} was changed by somebody else meanwhile.`, {
      hint: 'Read it again, and make the change on what it holds now.',
      details: { digest: file.digest },
    });
  }

  return {
    async list() {
      const found = await readDefinitionFiles(await locate(), limits, options.cache);
      const files = await Promise.all(
        found.sources.map(async ({ path, text }) => ({
          path,
          sizeBytes: Buffer.byteLength(text),
          editable: await resolvePath(path).then(
            () => true,
            () => false,
          ),
        })),
      );
      return files.flatMap(({ editable, ...file }) => (editable ? [file] : []));
    },

    async read(path) {
      const { text, digest } = await read(path);
      return { path, text, digest };
    },

    async check(path, text) {
      await resolvePath(path);
      checkText(text, path);
      return await loadWorkspace(await locate(), {
        limits,
        cache: options.cache,
        packs: options.packs,
        draft: { path, text },
      });
    },

    write: (path, text, basedOn) =>
      inTurn(async () => {
        const bytes = checkText(text, path);
        const before = basedOn === null ? null : await unchanged(path, basedOn);
        const absolute = before?.absolute ?? (await resolvePath(path));
        await mkdir(dirname(absolute), { recursive: true });
        // Hidden and YAML, so that whoever looks at the folder in this moment takes it for no file of the workspace.
        const made = join(dirname(absolute), `.${basename(absolute)}.${randomUUID()}.yaml`);
        try {
          await writeWhole(made, bytes, before?.mode ?? 0o666);
          if (before === null) await linkNew(made, absolute, path);
          else {
            await unchanged(path, before.digest);
            await rename(made, absolute);
          }
        } finally {
          await rm(made, { force: true });
        }
        await syncFolder(dirname(absolute));
        return { path, text, digest: digestOf(bytes) };
      }),

    rename: (path, to, basedOn) =>
      inTurn(async () => {
        const target = await resolvePath(to);
        const { absolute, text, digest } = await unchanged(path, basedOn);
        await mkdir(dirname(target), { recursive: true });
        await linkNew(absolute, target, to);
        await unlink(absolute);
        await syncFolder(dirname(target));
        return { path: to, text, digest };
      }),

    remove: (path, basedOn) =>
      inTurn(async () => {
        const { absolute } = await unchanged(path, basedOn);
        await unlink(absolute);
        await syncFolder(dirname(absolute));
      }),
  };
}

const digestOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

function tooLarge(path: string, bytes: number): MillraceError {
  return new MillraceError('too_large', `${path} has ${describeBytes(bytes)}.`, {
    hint: `The editor takes files of up to ${describeBytes(maxEditedBytes)}; split it, or edit it where it is.`,
  });
}

async function readWhole(absolute: string, path: string): Promise<Readonly<{ bytes: Buffer; mode: number }>> {
  const file = await open(absolute, 'r').catch((cause: unknown) => {
    const code = systemCode(cause);
    if (code !== 'ENOENT' && code !== 'ENOTDIR') throw refusedBySystem(path, 'read', cause);
    throw new MillraceError('not_found', `There is no file ${path}.`, {
      hint: 'It may have been renamed or removed. List the files of the workspace.',
      cause,
    });
  });
  try {
    const stats = await file.stat();
    if (!stats.isFile()) {
      throw new MillraceError('invalid_request', `${path} is no file.`, { hint: 'Name a YAML file.' });
    }
    if (stats.size > maxEditedBytes) throw tooLarge(path, stats.size);
    return { bytes: await file.readFile(), mode: stats.mode & 0o777 };
  } finally {
    await file.close();
  }
}

/** With its mark of byte order, if it has one: it is part of what stays as it is. */
function decode(bytes: Uint8Array, path: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw new MillraceError('invalid_request', `${path} is not UTF-8, so saving it would change bytes in it.`, {
      hint: 'Convert it where it is: iconv -f latin1 -t utf-8.',
      cause,
    });
  }
}

function checkText(text: string, path: string): Buffer {
  if (!text.isWellFormed()) {
    throw new MillraceError('invalid_request', `The text for ${path} holds half a character (a lone surrogate).`, {
      hint: 'Remove it: no file can hold it.',
    });
  }
  const bytes = Buffer.from(text, 'utf8');
  if (bytes.length > maxEditedBytes) throw tooLarge(path, bytes.length);
  return bytes;
}

async function writeWhole(absolute: string, bytes: Uint8Array, mode: number): Promise<void> {
  const file = await open(absolute, 'wx', mode).catch((cause: unknown) => {
    throw refusedBySystem(absolute, 'write', cause);
  });
  try {
    await file.writeFile(bytes);
    // The mask of this process shall not take away what the file had.
    if (mode !== 0o666) await file.chmod(mode);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function linkNew(from: string, to: string, path: string): Promise<void> {
  await link(from, to).catch((cause: unknown) => {
    if (systemCode(cause) !== 'EEXIST') throw refusedBySystem(path, 'write', cause);
    throw new MillraceError('conflict', `There is a file ${path} already.`, {
      hint: 'Open it, or choose another name.',
      cause,
    });
  });
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r').catch(() => null);
  // Some systems cannot sync folders; the change itself has been made.
  await handle?.sync().catch(() => undefined);
  await handle?.close();
}

function refusedBySystem(path: string, what: string, cause: unknown): MillraceError {
  const code = systemCode(cause);
  return new MillraceError(
    'invalid_request',
    `The server may not ${what} ${path}${code === null ? '' : ` (${code})`}.`,
    {
      hint: 'Give the user that runs Millrace the right to change the folder, or edit the file where it is.',
      cause,
    },
  );
}
