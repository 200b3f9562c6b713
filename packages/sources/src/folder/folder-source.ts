// A folder as a workspace: loaded at the start and after each change.
//
// A load looks at every file (content-cache.ts makes that cheap), checks the definitions, and publishes the result to the
// engine under a revision that is the hash of all names and contents: the same folder gives the same revision, also on
// another server. A load with errors is published without definitions: the engine keeps the last good revision and shows
// the errors. When the engine cannot take a load (its database is away), it is tried again until it does (sync-queue.ts).
import { resolve } from 'node:path';
import { MillraceError } from '@millrace/core';
import type { Engine, PublishRequest } from '@millrace/engine';
import { createContentCache } from '../files/content-cache.ts';
import { fileProblem } from '../files/diagnostic.ts';
import { ignoreFile } from '../files/ignore-rules.ts';
import { defaultLimits, type WorkspaceLimits } from '../files/workspace-limits.ts';
import { type FollowedPack, havePacksMoved, packPollMs } from '../packs/followed-packs.ts';
import { noPackSources, type PackSources } from '../packs/pack-sources.ts';
import { createPublisher, discard } from '../sync/publisher.ts';
import { readSnapshot } from '../sync/read-snapshot.ts';
import { createSyncQueue } from '../sync/sync-queue.ts';
import { checkWorkspaceName } from '../sync/workspace-name.ts';
import type { SourceEvents, SourceLoad, WorkspaceSource } from '../sync/workspace-source.ts';
import { createFolderWatch, type FolderWatch } from './watch-folder.ts';
import { createWorkspaceFiles } from './workspace-files.ts';

export type FolderSourceOptions = SourceEvents &
  Readonly<{
    /** The workspace's name: letters, digits, `-`, `_` and `.`. */
    workspace: string;
    /** The folder that holds `.workflows`. */
    path: string;
    engine: Pick<Engine, 'publishWorkspace'>;
    /** Folders below `path` that are no part of it, such as the data folder of this process. */
    exclude?: readonly string[];
    limits?: Partial<WorkspaceLimits>;
    /** Where packs come from; default: only folders and what is built in. */
    packs?: PackSources;
    /** How often packs from Git that follow a branch or tag are looked at; default a minute. */
    packPollMs?: number;
    /** How long the folder must be quiet before it is loaded again; default 100. */
    debounceMs?: number;
  }>;

export function createFolderSource(options: FolderSourceOptions): WorkspaceSource {
  const { workspace, path } = options;
  checkWorkspaceName(workspace);
  const cache = createContentCache();
  const exclude = (options.exclude ?? []).map((folder) => resolve(folder));
  const onError = options.onError ?? (() => undefined);
  const publisher = createPublisher(options.engine, options.onLoad);
  const limits = { ...defaultLimits, ...options.limits };
  let watch: FolderWatch | null = null;
  let followed: readonly FollowedPack[] = [];
  let timer: NodeJS.Timeout | null = null;
  let stopped = false;
  const packs = options.packs ?? noPackSources;
  const everyMs = options.packPollMs ?? packPollMs;

  const read = () =>
    readSnapshot({
      workspace,
      path,
      sourceOf: (root) => ({ type: 'folder', path: root }),
      commit: null,
      limits,
      cache,
      exclude,
      packs,
    });

  async function load(): Promise<SourceLoad> {
    for (let turn = 1; ; turn += 1) {
      const { request, hasDefinitions, followed: outside } = await read();
      followed = outside;
      await watch?.follow(hasDefinitions);
      try {
        return await publisher.offer(request);
      } catch (error) {
        // A file changed between looking and packing: look again. One that never rests must be told, not tried for ever.
        if (!(error instanceof MillraceError && error.code === 'conflict')) throw error;
        if (turn === 5) return await publisher.offer(restless(request, error));
      }
    }
  }

  const queue = createSyncQueue({
    load,
    onError: (error) => onError(error, `loading workspace ${workspace}`),
    stoppedError: () => new MillraceError('internal', `The source of workspace ${workspace} is stopped.`),
  });

  /** Nothing in the folder tells that a pack from Git has changed. */
  function lookAtPacks(): void {
    if (stopped) return;
    timer = setTimeout(() => {
      havePacksMoved(followed, packs, everyMs)
        .then((moved) => {
          if (moved) queue.syncInBackground();
        })
        .catch((error: unknown) => onError(error, `looking at the packs of workspace ${workspace}`))
        .finally(lookAtPacks);
    }, everyMs);
  }

  return {
    async start() {
      watch = createFolderWatch({
        path,
        exclude,
        debounceMs: options.debounceMs ?? 100,
        onChange: queue.syncInBackground,
        onError: (error) => onError(error, `watching workspace ${workspace}`),
      });
      const first = await queue.sync();
      await watch.ready();
      // What changed between the first look and the beginning of the watch would be missed without another look.
      const again = await queue.sync();
      lookAtPacks();
      return again.changed ? again : first;
    },
    sync: queue.sync,
    files: createWorkspaceFiles({ path, limits, cache: createContentCache(), packs }),
    async look(ref) {
      if (ref !== null) {
        throw new MillraceError('invalid_request', `Workspace ${workspace} is a folder: it has no branches.`, {
          hint: 'Leave the reference out to look at the folder as it is now.',
        });
      }
      const { request } = await read();
      await discard(request);
      return request;
    },
    async stop() {
      stopped = true;
      if (timer !== null) clearTimeout(timer);
      const stopping = queue.stop();
      await watch?.stop();
      await stopping;
    },
  };
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
