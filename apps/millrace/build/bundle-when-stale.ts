// Makes the bundle of the command (see `bin/find-bundle.mjs`) when what it is made from has changed.
//
// * Chunks are named by their content and never change, so a process goes on with those that it began with. They are removed
//   when no bundle has been made with them for a week.
// * The manifest is moved into its place last, so there is the old bundle or the new one, never half of each. Two processes
//   that make it at once do the work twice, and no harm.
// * Modules keep their addresses: `import.meta.url` is what it is in the sources, so that SQL files, examples and programs
//   are found beside them.
import { mkdirSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { type Plugin, rolldown } from 'rolldown';
import { bundleFolderOf, findBundle, root, stateOf } from '../bin/find-bundle.mjs';
import { contractTable } from './contract-table.ts';

/** Packages that look for files of their own beside themselves: a native library, the programs of threads. */
const notBundled = [/^@node-rs\/argon2$/, /^pino$/];

/** A module of ours only defines things, so a command loads those that it uses, not all that a package has. */
const ownModules = /[\\/](?:packages|apps)[\\/][^\\/]+[\\/]src[\\/]/;

/** What decides about a bundle besides its modules. npm writes the last one whenever it changes installed packages. */
const furtherInputs = [
  'apps/millrace/bin/find-bundle.mjs',
  'apps/millrace/build/bundle-when-stale.ts',
  'apps/millrace/build/contract-table.ts',
  'package-lock.json',
  'node_modules/.package-lock.json',
];

/** Times of files are coarser than the clock. */
const clockStepMs = 100;
const keptMs = 7 * 24 * 60 * 60 * 1000;

/** Makes the bundle, unless there is one of exactly these sources. Throws when they cannot be bundled. */
export async function bundleWhenStale(checkout: string = root): Promise<void> {
  if (findBundle(checkout) !== null) return;
  const began = Date.now();
  const folder = bundleFolderOf(checkout);
  const made = join(folder, `new-${process.pid}`);
  mkdirSync(made, { recursive: true });
  try {
    const { entry, chunks, modules } = await bundle(checkout, made);
    const inputs = inputsOf(checkout, modules);
    // What changed while it was read may be in there as it was before. Whoever asks next makes another.
    if (inputs.some((path) => changedSince(began - clockStepMs, join(checkout, path)))) return;
    const manifest = { entry, inputs: inputs.map((path) => [path, stateOf(checkout, path)]) };
    for (const chunk of chunks) renameSync(join(made, chunk), join(folder, chunk));
    writeFileSync(join(made, 'manifest.json'), JSON.stringify(manifest));
    renameSync(join(made, 'manifest.json'), join(folder, 'manifest.json'));
  } finally {
    rmSync(made, { recursive: true, force: true });
  }
  removeOldFiles(folder, Date.now() - keptMs);
}

async function bundle(checkout: string, into: string) {
  let modules: string[] = [];
  const listModules: Plugin = {
    name: 'list-modules',
    generateBundle() {
      modules = [...this.getModuleIds()];
    },
  };
  const build = await rolldown({
    input: { millrace: join(checkout, 'apps/millrace/src/main.ts') },
    cwd: checkout,
    platform: 'node',
    external: notBundled,
    plugins: [contractTable(checkout), keepAddresses(bundleFolderOf(checkout)), listModules],
    treeshake: { moduleSideEffects: [{ test: ownModules, sideEffects: false }] },
    // Circles and dead branches of libraries are theirs. What cannot be found is an error all the same.
    logLevel: 'silent',
  });
  const names = { entryFileNames: '[name]-[hash].js', chunkFileNames: '[name]-[hash].js' };
  const { output } = await build.write({ dir: into, format: 'esm', ...names });
  await build.close();
  return { entry: output[0].fileName, chunks: output.map(({ fileName }) => fileName), modules };
}

/** All chunks are in one folder, so the way from them to a source is the same for each. */
function keepAddresses(folder: string): Plugin {
  return {
    name: 'keep-addresses',
    transform: {
      filter: { code: 'import.meta.url' },
      handler(code, id) {
        const way = JSON.stringify(relative(folder, id).split(sep).map(encodeURIComponent).join('/'));
        return { code: code.replaceAll('import.meta.url', `new URL(${way}, import.meta.url).href`), map: null };
      },
    },
  };
}

/** Our own modules and what says where modules are, relative to the checkout. */
function inputsOf(checkout: string, modules: readonly string[]): string[] {
  const own = modules
    .filter((id) => id.startsWith(checkout + sep))
    .map((id) => relative(checkout, id).split(sep).join('/'))
    .filter((path) => !path.startsWith('node_modules/'));
  const manifests = own.map((path) => `${path.split('/').slice(0, 2).join('/')}/package.json`);
  return [...new Set([...own, ...manifests, ...furtherInputs])].sort();
}

function changedSince(time: number, path: string): boolean {
  const stats = statSync(path, { throwIfNoEntry: false });
  return stats !== undefined && Math.max(stats.mtimeMs, stats.ctimeMs) >= time;
}

function removeOldFiles(folder: string, before: number): void {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) removeOldFiles(path, before);
    else if (statSync(path).mtimeMs < before) rmSync(path, { force: true });
  }
}
