import { MillraceError } from '@millrace/core';
import { type Engine, readPacks, type WorkspaceState } from '@millrace/engine';
import type { FastifyInstance } from 'fastify';
import { mountRoute } from '../contract/mount-route.ts';
import { keepWithin } from '../permissions/within.ts';
import { presentWorkspace } from '../present/present-workspace.ts';
import type { ServerContext } from '../server-context.ts';
import type { WorkspaceSources } from '../workspace-sources.ts';

export function addWorkspaceRoutes(app: FastifyInstance, { engine, options }: ServerContext): void {
  mountRoute(app, 'listWorkspaces', async ({ reach }) => ({
    items: keepWithin(await engine.store.workspaces.list(), reach, ({ name }) => [name, name]).map(presentWorkspace),
  }));

  mountRoute(app, 'getWorkspace', async ({ params }) =>
    presentWorkspace(await findWorkspace(engine, params.workspace)),
  );

  mountRoute(app, 'listPacks', async ({ params: { workspace } }) => {
    const { revision } = await findWorkspace(engine, workspace);
    const packs = revision === null ? [] : await readPacks(engine.blobs, { workspace, revision });
    return {
      revision,
      items: packs.map((pack) => ({ ...pack, actions: [...pack.actions], workflows: [...pack.workflows] })),
    };
  });

  mountRoute(app, 'syncWorkspace', async ({ params }) => {
    await findWorkspace(engine, params.workspace);
    await loadsHere(options.sources).sync(params.workspace);
    return presentWorkspace(await findWorkspace(engine, params.workspace));
  });
}

/** Throws `configuration` for a server without sources. */
export function loadsHere(sources: WorkspaceSources | undefined): WorkspaceSources {
  if (sources !== undefined) return sources;
  throw new MillraceError('configuration', 'This server does not load workspaces itself.', {
    hint: 'Ask the server that watches the source, or publish the workspace from there.',
  });
}

/** Throws `workspace_not_found`, naming those that exist. */
export async function findWorkspace(engine: Engine, name: string): Promise<WorkspaceState> {
  const found = await engine.store.workspaces.get(name);
  if (found !== null) return found;
  const names = (await engine.store.workspaces.list()).slice(0, 20).map((workspace) => workspace.name);
  throw new MillraceError('workspace_not_found', `There is no workspace "${name}".`, {
    hint: names.length === 0 ? 'No workspace was loaded yet.' : `There are: ${names.join(', ')}.`,
  });
}
