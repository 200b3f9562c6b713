import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = resolve(fileURLToPath(new URL('../../..', import.meta.url)));
const app = join(root, 'apps/web');

/** Everything that the built files depend on; folders are taken whole. */
const sources = [
  'apps/web/index.html',
  'apps/web/vite.config.ts',
  'apps/web/build',
  'apps/web/public',
  'apps/web/src',
  'packages/api/src',
  'packages/client/src',
  'packages/core/src',
  'package-lock.json',
];

/** Builds the web UI when what it is made of has changed since the last time. Throws when the build fails. */
export function buildWhenStale(): void {
  const stamp = join(app, 'dist', '.built-from');
  const wanted = hashOfSources();
  const isFresh = () => existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted;
  if (isFresh()) return;
  underLock(() => {
    if (!isFresh()) build(wanted);
  });
}

function build(from: string): void {
  process.stderr.write('Building the web UI (once for each change of it).\n');
  const vite = join(root, 'node_modules/vite/bin/vite.js');
  const made = join(app, `dist-${process.pid}`);
  const { status } = spawnSync(process.execPath, [vite, 'build', '--logLevel', 'warn', '--outDir', made], {
    cwd: app,
    // Whatever this process is (a test, too), what people load is the production build.
    env: { ...process.env, NODE_ENV: 'production' },
    stdio: ['ignore', 2, 2],
  });
  if (status !== 0) throw new Error(`The web UI could not be built (exit code ${status}). The reason stands above.`);
  writeFileSync(join(made, '.built-from'), from);
  // A server that runs meanwhile goes from the old files to the new ones, and finds no half of either.
  const old = join(app, `dist-${process.pid}-old`);
  if (existsSync(join(app, 'dist'))) renameSync(join(app, 'dist'), old);
  renameSync(made, join(app, 'dist'));
  rmSync(old, { recursive: true, force: true });
}

/** Several processes may want it built at once (test files, a server); a folder is created by exactly one. */
function underLock(work: () => void): void {
  const lock = join(app, 'dist-lock');
  const owner = join(lock, 'pid');
  for (;;) {
    try {
      mkdirSync(lock);
      break;
    } catch (cause) {
      if (!(cause instanceof Error && 'code' in cause && cause.code === 'EEXIST')) throw cause;
      if (isAbandoned(lock, owner)) rmSync(lock, { recursive: true, force: true });
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100);
    }
  }
  try {
    writeFileSync(owner, String(process.pid));
    work();
  } finally {
    rmSync(lock, { recursive: true, force: true });
  }
}

/** Whether the process that took the lock is gone. */
function isAbandoned(lock: string, owner: string): boolean {
  try {
    process.kill(Number(readFileSync(owner, 'utf8')), 0);
    return false;
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') {
      return existsSync(lock) && Date.now() - statSync(lock).mtimeMs > 2_000;
    }
    return !(cause instanceof Error && 'code' in cause && cause.code === 'EPERM');
  }
}

function hashOfSources(): string {
  const hash = createHash('sha256');
  for (const source of sources) {
    for (const path of filesOf(join(root, source)).sort())
      hash.update(`${path}\0`).update(readFileSync(path)).update('\0');
  }
  return hash.digest('hex');
}

function filesOf(path: string): string[] {
  if (!existsSync(path)) return [];
  return statSync(path).isDirectory() ? readdirSync(path).flatMap((name) => filesOf(join(path, name))) : [path];
}
