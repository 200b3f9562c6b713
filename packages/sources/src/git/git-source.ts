// A branch, tag or commit of a Git repository as a workspace: polled, and loaded at once when somebody says that it changed.
//
// A look asks the server what the reference means (one small request), and what the references of packs mean that no lock
// and no commit pins. Only when one of them is another commit than the last one that was read, the workspace's commit is fetched, written into a folder of its own, read like any folder, and published under its
// hash; the folder goes away again, since the engine has what it needs. A repository that cannot be read is published as a
// problem of the workspace: the last good revision stays, and everybody sees why it is old.
import { join } from 'node:path';
import { MillraceError } from '@millrace/core';
import type { GitAuth } from '@millrace/definition';
import type { Engine, PublishRequest, StoredDiagnostic } from '@millrace/engine';
import { createContentCache } from '../files/content-cache.ts';
import { defaultLimits, type WorkspaceLimits } from '../files/workspace-limits.ts';
import { type FollowedPack, havePacksMoved, packPollMs } from '../packs/followed-packs.ts';
import { noPackSources, type PackSources } from '../packs/pack-sources.ts';
import { createPublisher, discard } from '../sync/publisher.ts';
import { readSnapshot, type Snapshot } from '../sync/read-snapshot.ts';
import { createSyncQueue } from '../sync/sync-queue.ts';
import { checkWorkspaceName } from '../sync/workspace-name.ts';
import type { SourceEvents, SourceLoad, WorkspaceSource } from '../sync/workspace-source.ts';
import { noAuth } from './git-access.ts';
import { GitFailure, gitProblem } from './git-failure.ts';
import type { RepositoryCache } from './repository-cache.ts';

export type GitSourceOptions = SourceEvents &
  Readonly<{
    workspace: string;
    url: string;
    /** null: the default branch. */
    ref: string | null;
    /** Folder within the repository; '' is the whole of it. */
    path: string;
    auth?: GitAuth;
    /** null: only when it is asked for. */
    pollMs: number | null;
    engine: Pick<Engine, 'publishWorkspace'>;
    repositories: RepositoryCache;
    limits?: Partial<WorkspaceLimits>;
    /** Where packs come from; default: only folders and what is built in. */
    packs?: PackSources;
  }>;

export function createGitSource(options: GitSourceOptions): WorkspaceSource {
  const { workspace, url, ref, path, pollMs, repositories } = options;
  checkWorkspaceName(workspace);
  const onError = options.onError ?? (() => undefined);
  const limits = { ...defaultLimits, ...options.limits };
  const repository = repositories.repository(url, options.auth ?? noAuth);
  const publisher = createPublisher(options.engine, options.onLoad);
  const source = { type: 'git', url, ref: ref ?? 'HEAD', path };
  /** The commit that was read last; null: none, or something after it went wrong. */
  let readCommit: string | null = null;
  /** Packs that may change although the commit has not. */
  let followed: readonly FollowedPack[] = [];
  const packs = options.packs ?? noPackSources;
  let timer: NodeJS.Timeout | null = null;
  let stopped = false;

  async function load(): Promise<SourceLoad> {
    try {
      return await loadCommit();
    } catch (error) {
      readCommit = null;
      const problem = expected(error);
      if (problem === null || stopped) throw error;
      const revision = publisher.last()?.revision ?? '';
      return await publisher.offer({
        workspace,
        revision,
        source,
        definitions: null,
        diagnostics: [problem],
        files: null,
      });
    }
  }

  async function loadCommit(): Promise<SourceLoad> {
    const resolved = await repository.resolve(ref);
    const last = publisher.last();
    const moved = await havePacksMoved(followed, packs, pollMs ?? packPollMs);
    if (resolved.commit === readCommit && last !== null && !moved) return { ...last, changed: false };
    const commit = await repository.fetch(resolved);
    return await withFiles(commit, async (request, snapshot) => {
      const loaded = await publisher.offer(request);
      readCommit = commit;
      followed = snapshot?.followed ?? [];
      return loaded;
    });
  }

  /** Reads a fetched commit; its files are there until `use` is done. */
  async function withFiles<Result>(
    commit: string,
    use: (request: PublishRequest, snapshot: Snapshot | null) => Promise<Result>,
  ): Promise<Result> {
    const folder = await repositories.workFolder();
    try {
      const into = join(folder.path, 'files');
      const found = await repository.checkout({ commit, path, into, limits });
      if (found.some(({ severity }) => severity === 'error')) {
        const refused = { workspace, revision: commit, source: at(commit), definitions: null, files: null };
        return await use({ ...refused, diagnostics: found }, null);
      }
      const snapshot = await read(commit, into);
      return await use(withProblems(snapshot.request, found), snapshot);
    } finally {
      await folder.remove();
    }
  }

  async function read(commit: string, folder: string): Promise<Snapshot> {
    return await readSnapshot({
      workspace,
      path: folder,
      sourceOf: () => at(commit),
      commit,
      limits,
      cache: createContentCache(),
      exclude: [],
      packs,
    });
  }

  const at = (commit: string) => ({ ...source, commit });

  const queue = createSyncQueue({
    load,
    onError: (error) => onError(error, `loading workspace ${workspace} from ${url}`),
    stoppedError: () => new MillraceError('internal', `The source of workspace ${workspace} is stopped.`),
  });

  function poll(): void {
    if (pollMs === null || stopped) return;
    timer = setTimeout(() => {
      queue.syncInBackground();
      poll();
    }, pollMs);
  }

  return {
    async start() {
      const first = await queue.sync();
      poll();
      return first;
    },
    sync: queue.sync,
    files: null,
    async look(other) {
      try {
        const commit = await repository.fetch(await repository.resolve(other ?? ref));
        return await withFiles(commit, async (request) => {
          await discard(request);
          return request;
        });
      } catch (error) {
        const problem = expected(error);
        if (problem === null) throw error;
        return { revision: other ?? ref ?? 'HEAD', definitions: null, diagnostics: [problem] };
      }
    },
    async stop() {
      stopped = true;
      if (timer !== null) clearTimeout(timer);
      await queue.stop();
    },
  };
}

/** What is wrong with the repository or its credentials, which people have to mend; null: a failure of ours. */
function expected(error: unknown): StoredDiagnostic | null {
  if (error instanceof GitFailure) return gitProblem(error);
  if (!(error instanceof MillraceError && error.code === 'configuration')) return null;
  return gitProblem(new GitFailure('git_auth_failed', error.message, error.hint ?? 'See millrace.yaml.', error));
}

function withProblems(request: PublishRequest, more: readonly StoredDiagnostic[]): PublishRequest {
  return { ...request, diagnostics: [...more, ...request.diagnostics] };
}
