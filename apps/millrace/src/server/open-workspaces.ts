import { MillraceError } from '@millrace/core';
import type { Engine } from '@millrace/engine';
import { createFolderSource, type SourceLoad, type WorkspaceSource } from '@millrace/sources';
import type { Closers } from '../processes/closers.ts';
import type { NamedFolder } from './workspace-option.ts';

export type OpenWorkspaces = Readonly<{
  /** Loads one workspace now; for the API's sync. */
  sync(workspace: string): Promise<void>;
  loads: ReadonlyMap<string, SourceLoad>;
}>;

/** Loads the folders and watches them until everything is closed. */
export async function openWorkspaces(
  engine: Engine,
  folders: readonly NamedFolder[],
  /** Our own folders, should they stand inside of a workspace. */
  exclude: readonly string[],
  closers: Closers,
  told: Readonly<{
    onLoad: (folder: NamedFolder, load: SourceLoad) => void;
    onError: (error: unknown, where: string) => void;
  }>,
): Promise<OpenWorkspaces> {
  const sources = new Map<string, WorkspaceSource>();
  const loads = new Map<string, SourceLoad>();
  await Promise.all(
    folders.map(async (folder) => {
      const source = createFolderSource({
        workspace: folder.name,
        path: folder.path,
        engine,
        exclude,
        onError: told.onError,
        onLoad: (load) => told.onLoad(folder, load),
      });
      closers.add(`workspace ${folder.name}`, source.stop);
      sources.set(folder.name, source);
      loads.set(folder.name, await source.start());
    }),
  );
  return {
    loads,
    async sync(workspace) {
      const source = sources.get(workspace);
      if (source === undefined) {
        throw new MillraceError('configuration', `This server does not load the workspace ${workspace}.`, {
          hint: 'Ask the server that was started with it (--workspace).',
        });
      }
      await source.sync();
    },
  };
}
