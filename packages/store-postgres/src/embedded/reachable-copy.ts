import { createHash, randomBytes } from 'node:crypto';
import {
  chmodSync,
  constants,
  copyFileSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import type { Installation } from './binaries.ts';
import { systemErrorCode } from './embedded-postgres-error.ts';

/**
 * Copies PostgreSQL's binaries to a folder that any account can enter and only we can change.
 *
 * The copy's name holds the package version and a hash of the list of files and of the programs, so another version
 * never replaces one that is in use. It is filled under a temporary name and renamed when whole: of two that copy at
 * once, one wins and the other uses its copy. A copy that does not have the files and sizes of the original is made
 * anew. Copies are never deleted, since another installation may run from them.
 */
export function copyBinaries(installation: Installation, folder: string): string {
  const entries = listTree(installation.nativeDir);
  if (mkdirSync(folder, { recursive: true }) !== undefined) chmodSync(folder, 0o755);
  assertUntouchable(folder);
  const target = join(folder, `postgres-${installation.packageVersion}-${contentKey(installation, entries)}`);
  if (isWhole(target, entries)) return target;

  removeAbandoned(folder);
  const temporary = join(folder, `.copying-${process.pid}-${randomBytes(6).toString('hex')}`);
  try {
    copyTree(installation.nativeDir, temporary, entries);
    for (let tries = 0; ; tries += 1) {
      try {
        renameSync(temporary, target);
        return target;
      } catch (error) {
        const code = systemErrorCode(error);
        if ((code !== 'ENOTEMPTY' && code !== 'EEXIST') || tries > 2) throw error;
        if (isWhole(target, entries)) return target;
        const damaged = join(folder, `.copying-damaged-${randomBytes(6).toString('hex')}`);
        renameSync(target, damaged);
        rmSync(damaged, { recursive: true, force: true });
      }
    }
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}

/** The detail of a link is where it points, of a file its size. */
type Entry = Readonly<{ path: string; kind: 'folder' | 'link' | 'file'; detail: string }>;

/** Everything that a running server needs, parents before children; static libraries are left out. */
function listTree(root: string, below = ''): Entry[] {
  return readdirSync(join(root, below), { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((item): Entry[] => {
      const path = join(below, item.name);
      if (item.isDirectory()) return [{ path, kind: 'folder', detail: '' }, ...listTree(root, path)];
      if (item.isSymbolicLink()) return [{ path, kind: 'link', detail: readlinkSync(join(root, path)) }];
      if (item.name.endsWith('.a')) return [];
      return [{ path, kind: 'file', detail: String(lstatSync(join(root, path)).size) }];
    });
}

function contentKey(installation: Installation, entries: readonly Entry[]): string {
  const hash = createHash('sha256');
  for (const entry of entries) if (entry.kind === 'file') hash.update(`${entry.path}\0${entry.detail}\0`);
  for (const program of ['postgres', 'initdb']) hash.update(readFileSync(join(installation.nativeDir, 'bin', program)));
  return hash.digest('hex').slice(0, 16);
}

/** The links are compared by nobody: whoever made the copy completes them. */
function isWhole(target: string, entries: readonly Entry[]): boolean {
  const expected = entries.filter((entry) => entry.kind === 'file');
  try {
    return expected.every(({ path, detail }) => {
      const found = lstatSync(join(target, path));
      return found.isFile() && String(found.size) === detail;
    });
  } catch {
    return false;
  }
}

/** Modes are set explicitly: the process's umask may withhold the files from the other account. */
function copyTree(from: string, to: string, entries: readonly Entry[]): void {
  mkdirSync(to);
  chmodSync(to, 0o755);
  for (const entry of entries) {
    const path = join(to, entry.path);
    if (entry.kind === 'link') {
      symlinkSync(entry.detail, path);
    } else if (entry.kind === 'folder') {
      mkdirSync(path);
      chmodSync(path, 0o755);
    } else {
      copyFileSync(join(from, entry.path), path, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
      chmodSync(path, (lstatSync(join(from, entry.path)).mode & 0o111) === 0 ? 0o644 : 0o755);
    }
  }
}

/** What a crashed copy left behind, once it is surely not being filled any more. */
function removeAbandoned(folder: string): void {
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    const found = name.startsWith('.copying-') ? lstatSync(path, { throwIfNoEntry: false }) : undefined;
    if (found !== undefined && Date.now() - found.ctimeMs > 3_600_000) rmSync(path, { recursive: true, force: true });
  }
}

/** Throws unless only root and we can change what `folder` and the folders above it hold. */
function assertUntouchable(folder: string): void {
  const self = process.getuid?.();
  for (let path = realpathSync(folder); ; path = dirname(path)) {
    const { uid, gid, mode } = lstatSync(path);
    const sticky = (mode & 0o1000) !== 0 && path !== realpathSync(folder);
    const others = (mode & 0o002) !== 0 || ((mode & 0o020) !== 0 && gid !== 0 && gid !== process.getgid?.());
    if ((uid !== 0 && uid !== self) || (others && !sticky)) {
      throw new Error(`other users can change ${path}, so no programs are put there`);
    }
    if (path === dirname(path)) return;
  }
}
