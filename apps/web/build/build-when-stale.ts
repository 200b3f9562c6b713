import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
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
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
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
  writeFileSync(join(made, '.built-from'), wanted);
  // Another process may have built it too (two test files): whoever comes last stays, and both are the same.
  rmSync(join(app, 'dist'), { recursive: true, force: true });
  renameSync(made, join(app, 'dist'));
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
