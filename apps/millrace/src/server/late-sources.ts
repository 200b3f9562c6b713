import { MillraceError } from '@millrace/core';
import type { WorkspaceSources } from '@millrace/server';

/** Sources for a server that listens before its workspaces are loaded: until then, whoever asks is told to try again. */
export function createLateSources(): WorkspaceSources & Readonly<{ become(sources: WorkspaceSources): void }> {
  let current: WorkspaceSources | null = null;
  const ready = (): WorkspaceSources => {
    if (current !== null) return current;
    throw new MillraceError('overloaded', 'The server is loading its workspaces.', { hint: 'Try again in a moment.' });
  };
  return {
    become(sources) {
      current = sources;
    },
    sync: async (workspace) => ready().sync(workspace),
    syncSoon: (workspace) => ready().syncSoon(workspace),
    look: async (workspace, ref) => ready().look(workspace, ref),
    editing: (workspace) => ready().editing(workspace),
    hookSecret: async (workspace) => ready().hookSecret(workspace),
  };
}
