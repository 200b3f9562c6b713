import { compareDefinitions } from '@millrace/core';
import { compileAll, type LiveDefinitions, readLiveDefinitions } from '@millrace/engine';
import type { FastifyInstance } from 'fastify';
import { mountRoute } from '../contract/mount-route.ts';
import type { ServerContext } from '../server-context.ts';
import { findWorkspace, loadsHere } from './workspaces.ts';

/** What would change: a look at the source that publishes nothing. */
export function addWorkspacePlanRoutes(app: FastifyInstance, { engine, options }: ServerContext): void {
  const liveOf = async (workspace: string): Promise<LiveDefinitions> => {
    await findWorkspace(engine, workspace);
    return await readLiveDefinitions(engine, workspace);
  };

  mountRoute(app, 'getDefinitions', async ({ params }) => {
    const { revision, definitions } = await liveOf(params.workspace);
    const { places: _places, ...rest } = definitions;
    return { revision, definitions: rest as never };
  });

  mountRoute(app, 'planWorkspace', async ({ params, body }) => {
    const { workspace } = params;
    const live = await liveOf(workspace);
    const found = await loadsHere(options.sources).look(workspace, body.ref ?? null);
    const { definitions } = found;
    const compiled = definitions === null ? [] : compileAll(definitions, workspace).diagnostics;
    const compared = definitions === null ? null : compareDefinitions(live.definitions, definitions);
    return {
      workspace,
      live: live.revision,
      revision: found.revision,
      changes: (compared?.changes ?? []).map((change) => ({ ...change, keys: [...change.keys] })),
      warnings: (compared?.warnings ?? []).map((warning) => ({ ...warning })),
      diagnostics: [...found.diagnostics, ...compiled].map((diagnostic) => ({ ...diagnostic })),
    };
  });
}
