import { resolve, sep } from 'node:path';
import type { FSWatcher } from 'chokidar';
import { type IgnoreRules, ignoreFile, readIgnoreRules } from '../files/ignore-rules.ts';
import { definitionsFolder, pathInWorkspace } from './locate-workspace.ts';

export type FolderWatch = Readonly<{
  /**
   * Watches the whole workspace, or, while it has no `.workflows` folder, only whether one appears: somebody may have
   * started Millrace in a folder with a million files that are none of its business.
   */
  follow(whole: boolean): Promise<void>;
  /** Resolves when the watch that was begun last is in place. */
  ready(): Promise<void>;
  stop(): Promise<void>;
}>;

/** While watching does not work (too many watches, a file system without events), the folder is looked at this often. */
const fallbackMs = 5_000;
/** A folder that never becomes quiet is loaded at least this often. */
const longestWaitMs = 2_000;

export function createFolderWatch(
  options: Readonly<{
    path: string;
    exclude: readonly string[];
    debounceMs: number;
    onChange: () => void;
    onError: (error: unknown) => void;
  }>,
): FolderWatch {
  const root = resolve(options.path);
  let watcher: FSWatcher | null = null;
  let inPlace: Promise<void> = Promise.resolve();
  let whole: boolean | null = null;
  let pending: NodeJS.Timeout | null = null;
  let firstAt: number | null = null;
  let fallback: NodeJS.Timeout | null = null;
  let stopped = false;

  function changed(path: string): void {
    if (stopped) return;
    if (pathInWorkspace(root, path) === ignoreFile) whole = null; // Other files are watched from now on.
    const now = performance.now();
    firstAt ??= now;
    if (pending !== null) clearTimeout(pending);
    pending = setTimeout(
      () => {
        pending = null;
        firstAt = null;
        options.onChange();
      },
      Math.max(0, Math.min(options.debounceMs, firstAt + longestWaitMs - now)),
    );
  }

  function failed(error: unknown): void {
    if (stopped) return;
    if (fallback === null) {
      options.onError(error);
      fallback = setInterval(options.onChange, fallbackMs);
    }
  }

  async function begin(rules: IgnoreRules, everything: boolean): Promise<FSWatcher> {
    // Commands that look at a folder once have no use for it.
    const { watch } = await import('chokidar');
    const ignored = (path: string, stats?: { isDirectory(): boolean }): boolean => {
      const inside = pathInWorkspace(root, resolve(path));
      if (inside === '' || inside.startsWith('..')) return false;
      if (!everything) return inside !== definitionsFolder && !inside.startsWith(definitionsFolder + sep);
      return rules(inside, stats?.isDirectory() === true);
    };
    return watch(root, {
      ignored,
      ignoreInitial: true,
      followSymlinks: false,
      ignorePermissionErrors: true,
      atomic: true,
    });
  }

  return {
    async follow(everything) {
      if (stopped || whole === everything) return;
      whole = everything;
      const old = watcher;
      const next = await begin(await readIgnoreRules(root, options.exclude), everything);
      watcher = next;
      inPlace = new Promise((done) => {
        next.once('ready', () => done());
        next.once('error', () => done());
      });
      next.on('all', (_event, path) => changed(path));
      next.on('error', failed);
      await old?.close();
      if (stopped) await next.close();
    },
    ready: () => inPlace,
    async stop() {
      stopped = true;
      if (pending !== null) clearTimeout(pending);
      if (fallback !== null) clearInterval(fallback);
      await watcher?.close();
    },
  };
}
