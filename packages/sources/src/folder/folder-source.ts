// A folder as a workspace: loaded at the start and after each change.
//
// A load looks at every file (content-cache.ts makes that cheap), checks the definitions, and publishes the result to the
// engine under a revision that is the hash of all names and contents: the same folder gives the same revision, also on
// another server. A load with errors is published without definitions: the engine keeps the last good revision and shows
// the errors. Loads never overlap. Changes during a load cause one more load after it. When the engine cannot take a load
// (its database is away), it is tried again with growing pauses until it does.
import { createHash } from 'node:crypto';
import { resolve } from 'node:path';
import { MillraceError } from '@millrace/core';
import type { Engine, PublishRequest, StoredDiagnostic } from '@millrace/engine';
import { createContentCache } from '../files/content-cache.ts';
import { fileProblem } from '../files/diagnostic.ts';
import { ignoreFile } from '../files/ignore-rules.ts';
import { type PackedFile, packFiles } from '../files/pack-files.ts';
import { defaultLimits, type WorkspaceLimits } from '../files/workspace-limits.ts';
import { loadWorkspace, scanWorkspaceFiles } from './load-workspace.ts';
import { isLocation, locateWorkspace } from './locate-workspace.ts';
import { createFolderWatch, type FolderWatch } from './watch-folder.ts';

export type FolderSourceOptions = Readonly<{
  /** The workspace's name: letters, digits, `-`, `_` and `.`. */
  workspace: string;
  /** The folder that holds `.workflows`. */
  path: string;
  engine: Pick<Engine, 'publishWorkspace'>;
  /** Folders below `path` that are no part of it, such as the data folder of this process. */
  exclude?: readonly string[];
  limits?: Partial<WorkspaceLimits>;
  /** How long the folder must be quiet before it is loaded again; default 100. */
  debounceMs?: number;
  /** Told after each load that said something new. */
  onLoad?: (load: FolderLoad) => void;
  /** Told about failures of loads that nobody waits for, and of watching. */
  onError?: (error: unknown, where: string) => void;
}>;

export type FolderLoad = Readonly<{
  /** Hash of what the folder holds now. */
  revision: string;
  /** The revision that is live after the load: an older one when this load has errors; null: none ever was. */
  live: string | null;
  /** Names of this load's workflows; empty when it has errors. */
  workflows: readonly string[];
  diagnostics: readonly StoredDiagnostic[];
  /** Whether it differs from the load before. */
  changed: boolean;
}>;

export type FolderSource = Readonly<{
  /** Loads the folder once and keeps watching it. Throws what the engine throws; wrong files are no failure. */
  start(): Promise<FolderLoad>;
  /** Loads the folder now. */
  sync(): Promise<FolderLoad>;
  stop(): Promise<void>;
}>;

type Found = Readonly<{ request: PublishRequest; hasDefinitions: boolean }>;

const longestRetryMs = 30_000;

export function createFolderSource(options: FolderSourceOptions): FolderSource {
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/.test(options.workspace)) {
    throw new MillraceError('configuration', `${JSON.stringify(options.workspace)} is no name for a workspace.`, {
      hint: 'Use letters, digits, "-", "_" and ".", beginning with a letter or digit, at most 100 characters.',
    });
  }
  const cache = createContentCache();
  const exclude = (options.exclude ?? []).map((path) => resolve(path));
  const onError = options.onError ?? (() => undefined);
  let watch: FolderWatch | null = null;
  let last: Readonly<{ fingerprint: string; load: FolderLoad }> | null = null;
  let running: Promise<FolderLoad> | null = null;
  let queued: Promise<FolderLoad> | null = null;
  let retry: NodeJS.Timeout | null = null;
  let failures = 0;
  let stopped = false;

  async function look(): Promise<Found> {
    const limits = { ...defaultLimits, ...options.limits };
    const location = await locateWorkspace(options.path);
    const source = { type: 'folder', path: isLocation(location) ? location.root : options.path };
    if (!isLocation(location)) {
      const request = {
        ...named(options.workspace, location.message),
        source,
        definitions: null,
        diagnostics: [location],
        files: null,
      };
      return { request, hasDefinitions: false };
    }
    const loaded = await loadWorkspace(location, { limits, cache });
    const hasDefinitions = !loaded.diagnostics.some((diagnostic) => diagnostic.code === 'no_workflows_folder');
    const scanned = hasDefinitions
      ? await scanWorkspaceFiles(location, { limits, cache, exclude })
      : { files: [], diagnostics: [] };
    const diagnostics = [...loaded.diagnostics, ...scanned.diagnostics];
    const failed = diagnostics.some((diagnostic) => diagnostic.severity === 'error');
    const revision = revisionOf(loaded.hash, scanned.files);
    const files =
      failed || scanned.files.length === 0
        ? null
        : { key: `workspaces/${options.workspace}/${revision}.tgz`, data: packFiles(scanned.files) };
    const definitions = failed ? null : loaded.definitions;
    const request = { workspace: options.workspace, revision, source, definitions, diagnostics, files };
    return { request, hasDefinitions };
  }

  async function load(): Promise<FolderLoad> {
    for (let turn = 1; ; turn += 1) {
      const found = await look();
      const fingerprint = JSON.stringify([found.request.revision, found.request.diagnostics]);
      await watch?.follow(found.hasDefinitions);
      if (last?.fingerprint === fingerprint) {
        await discard(found.request.files?.data);
        return { ...last.load, changed: false };
      }
      try {
        return await publish(found.request, fingerprint);
      } catch (error) {
        await discard(found.request.files?.data);
        // A file changed between looking and packing: look again. One that never rests must be told, not tried for ever.
        if (!(error instanceof MillraceError && error.code === 'conflict')) throw error;
        if (turn === 5) return await publish(restless(found.request, error), fingerprint);
      }
    }
  }

  async function publish(request: PublishRequest, fingerprint: string): Promise<FolderLoad> {
    const { revision: live, diagnostics } = await options.engine.publishWorkspace(request);
    const failed = diagnostics.some((diagnostic) => diagnostic.severity === 'error');
    const workflows = failed ? [] : Object.keys(request.definitions?.workflows ?? {}).sort();
    last = { fingerprint, load: { revision: request.revision, live, workflows, diagnostics, changed: true } };
    options.onLoad?.(last.load);
    return last.load;
  }

  function sync(): Promise<FolderLoad> {
    if (stopped)
      return Promise.reject(new MillraceError('internal', `The source of workspace ${options.workspace} is stopped.`));
    if (running === null) {
      running = load().finally(() => {
        running = null;
      });
      return running;
    }
    // A load under way may have passed the change already, so whoever asks now waits for the next one.
    queued ??= running
      .catch(() => undefined)
      .then(() => {
        queued = null;
        return sync();
      });
    return queued;
  }

  function syncInBackground(): void {
    if (stopped) return;
    if (retry !== null) clearTimeout(retry);
    retry = null;
    sync().then(
      () => {
        failures = 0;
      },
      (error: unknown) => {
        if (stopped) return;
        onError(error, `loading workspace ${options.workspace}`);
        failures += 1;
        retry = setTimeout(syncInBackground, Math.min(longestRetryMs, 500 * 2 ** Math.min(failures, 10)));
      },
    );
  }

  return {
    async start() {
      watch = createFolderWatch({
        path: options.path,
        exclude,
        debounceMs: options.debounceMs ?? 100,
        // While loading fails it is tried again with growing pauses; changes do not shorten them.
        onChange: () => {
          if (retry === null) syncInBackground();
        },
        onError: (error) => onError(error, `watching workspace ${options.workspace}`),
      });
      const first = await sync();
      await watch.ready();
      // What changed between the first look and the beginning of the watch would be missed without another look.
      const again = await sync();
      return again.changed ? again : first;
    },
    sync,
    async stop() {
      stopped = true;
      if (retry !== null) clearTimeout(retry);
      await watch?.stop();
      await running?.catch(() => undefined);
    },
  };
}

function named(workspace: string, content: string): Readonly<{ workspace: string; revision: string }> {
  return { workspace, revision: createHash('sha256').update(content).digest('hex').slice(0, 40) };
}

function restless(request: PublishRequest, error: MillraceError): PublishRequest {
  const file = typeof error.details?.file === 'string' ? error.details.file : '.';
  const problem = fileProblem(
    'error',
    'file_keeps_changing',
    file,
    `${file} changes all the time, so the workspace has no content that steps could be given.`,
    `Name it in ${ignoreFile} if no step needs it (a log, a database), or let it rest.`,
  );
  return { ...request, definitions: null, files: null, diagnostics: [...request.diagnostics, problem] };
}

/** Hash of names and contents, 40 hexadecimal digits as a Git commit has. */
function revisionOf(definitionsHash: string, files: readonly PackedFile[]): string {
  const digest = createHash('sha256').update(`definitions ${definitionsHash}\n`);
  for (const file of files) digest.update(`${JSON.stringify(file.path)} ${file.executable ? 'x' : '-'} ${file.hash}\n`);
  return digest.digest('hex').slice(0, 40);
}

/** Ends a stream that nobody reads, so that it holds no open file. */
async function discard(data: Uint8Array | AsyncIterable<Uint8Array> | undefined): Promise<void> {
  if (data === undefined || data instanceof Uint8Array) return;
  await data[Symbol.asyncIterator]().return?.(undefined);
}
