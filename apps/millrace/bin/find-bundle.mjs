// Finds the bundle of the command: all its modules in a few files, which load in a fraction of the time that hundreds take.
// `build/bundle-when-stale.ts` makes it, and nothing needs it. Plain JavaScript that any Node >= 18 runs, as `millrace.mjs` is.
//
// A bundle is taken only while each file that it was made from is the same file with the same size and the same times: nobody
// writes to a file and leaves its time of change (ctime) as it was. Installed packages count as a whole: npm writes down each
// installation, and the time of that counts, since `ctime` moves with each copy of the packages by hard links.
import { readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

/** This checkout. */
export const root = resolve(fileURLToPath(new URL('../../..', import.meta.url)));

/** @param {string} checkout */
export const bundleFolderOf = (checkout) => join(checkout, '.cache', 'millrace');

/**
 * The address of the bundle's first module; null: there is no bundle, or it was made from other files.
 * @param {string} checkout
 * @returns {string | null}
 */
export function findBundle(checkout) {
  const folder = bundleFolderOf(checkout);
  try {
    const { entry, inputs } = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8'));
    const isFresh = inputs.every(([path, state]) => stateOf(checkout, path) === state);
    return isFresh ? pathToFileURL(join(folder, entry)).href : null;
  } catch {
    return null; // There is none, it cannot be read, or another version wrote it: the sources do as well.
  }
}

/**
 * What changes whenever a file of the checkout does; null: there is no such file.
 * @param {string} checkout
 * @param {string} path
 * @returns {string | null}
 */
export function stateOf(checkout, path) {
  const stats = statSync(`${checkout}/${path}`, { throwIfNoEntry: false });
  if (stats === undefined) return null;
  const { ino, size, mtimeMs, ctimeMs } = stats;
  return path.startsWith('node_modules/') ? `${size} ${mtimeMs}` : `${ino} ${size} ${mtimeMs} ${ctimeMs}`;
}
