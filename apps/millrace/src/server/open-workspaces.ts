import { MillraceError } from '@millrace/core';
import type { GitSettings } from '@millrace/definition';
import type { Engine } from '@millrace/engine';
import type { WorkspaceSources } from '@millrace/server';
import {
  createFolderSource,
  createGitSource,
  createRepositoryCache,
  credentialsFor,
  type RepositoryCache,
  readSecret,
  type SourceLoad,
  type WorkspaceSource,
} from '@millrace/sources';
import type { Closers } from '../processes/closers.ts';
import type { WorkspacePlace } from './workspace-option.ts';

export type OpenWorkspaces = Readonly<{ sources: WorkspaceSources; loads: ReadonlyMap<string, SourceLoad> }>;

export type OpenWorkspacesOptions = Readonly<{
  engine: Engine;
  workspaces: readonly WorkspacePlace[];
  git: GitSettings;
  /** Where copies of repositories are kept, unless the settings say otherwise. */
  cacheFolder: string;
  /** Our own folders, should they stand inside of a workspace. */
  exclude: readonly string[];
  closers: Closers;
  onLoad: (workspace: WorkspacePlace, load: SourceLoad) => void;
  onError: (error: unknown, where: string) => void;
}>;

/** Loads the workspaces and keeps looking at their sources until everything is closed. */
export async function openWorkspaces(options: OpenWorkspacesOptions): Promise<OpenWorkspaces> {
  const { workspaces, git, closers } = options;
  const { schemes, silenceMs } = git;
  const repositories = createRepositoryCache({ folder: git.cache ?? options.cacheFolder, schemes, silenceMs });
  closers.add('copies of repositories', async () => repositories.close());
  const opened = new Map<string, WorkspaceSource>();
  const loads = new Map<string, SourceLoad>();
  await Promise.all(
    workspaces.map(async (workspace) => {
      const source = openSource(workspace, repositories, options);
      closers.add(`workspace ${workspace.name}`, source.stop);
      opened.set(workspace.name, source);
      loads.set(workspace.name, await source.start());
    }),
  );
  return { loads, sources: sourcesOf(opened, repositories, options) };
}

function openSource(
  workspace: WorkspacePlace,
  repositories: RepositoryCache,
  { engine, exclude, git, onLoad, onError }: OpenWorkspacesOptions,
): WorkspaceSource {
  const packs = { git: { repositories, credentials: git.credentials } };
  const common = {
    workspace: workspace.name,
    engine,
    packs,
    onError,
    onLoad: (load: SourceLoad) => onLoad(workspace, load),
  };
  if (workspace.type === 'folder') return createFolderSource({ ...common, path: workspace.path, exclude });
  const { url, ref, path, pollMs } = workspace;
  const auth = workspace.auth.kind === 'none' ? credentialsFor(url, git.credentials) : workspace.auth;
  return createGitSource({ ...common, url, ref, path, pollMs, auth, repositories });
}

function sourcesOf(
  opened: ReadonlyMap<string, WorkspaceSource>,
  repositories: RepositoryCache,
  { workspaces, onError }: OpenWorkspacesOptions,
): WorkspaceSources {
  const find = (workspace: string): WorkspaceSource => {
    const source = opened.get(workspace);
    if (source !== undefined) return source;
    throw new MillraceError('configuration', `This server does not load the workspace ${workspace}.`, {
      hint: 'Ask the server that was started with it (--workspace, --config).',
    });
  };
  return {
    async sync(workspace) {
      repositories.forgetRefs();
      await find(workspace).sync();
    },
    syncSoon(workspace) {
      repositories.forgetRefs();
      find(workspace)
        .sync()
        .catch((error: unknown) => onError(error, `loading workspace ${workspace} after a push`));
    },
    look: async (workspace, ref) => find(workspace).look(ref),
    editing(name) {
      const files = opened.get(name)?.files ?? null;
      if (files !== null) return { files };
      if (workspaces.find((one) => one.name === name)?.type === 'git') {
        return {
          files: null,
          reason: `The workspace ${name} comes from Git, so its files are changed there.`,
          hint: 'Change them in the repository; what is pushed becomes live.',
        };
      }
      return {
        files: null,
        reason: `This server does not load the workspace ${name}.`,
        hint: 'Ask the server that was started with it (--workspace, --config).',
      };
    },
    async hookSecret(name) {
      const workspace = workspaces.find((one) => one.name === name);
      if (workspace?.type !== 'git' || workspace.hook === null) return null;
      return await readSecret(workspace.hook, `The secret of the push hook of workspace ${name}`);
    },
  };
}
