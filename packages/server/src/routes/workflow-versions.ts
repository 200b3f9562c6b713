import { readWorkflowSource } from '@millrace/engine';
import type { FastifyInstance } from 'fastify';
import { mountRoute } from '../contract/mount-route.ts';
import { presentVersions } from '../present/present-versions.ts';
import type { ServerContext } from '../server-context.ts';
import { liveRevision, workflowNotFound } from './workflows.ts';

/** The most revisions that are looked through for the versions of a workflow. */
const maxRevisions = 200;

/** What a workflow was before, and how it is written. */
export function addWorkflowVersionRoutes(app: FastifyInstance, { engine }: ServerContext): void {
  mountRoute(app, 'listWorkflowVersions', async ({ params }) => {
    const history = await engine.store.workspaces.history(params.workspace, params.workflow, maxRevisions);
    const live = await liveRevision(engine, params.workspace);
    if (history.length === 0) throw workflowNotFound(params, live);
    return { items: presentVersions(history, live?.revision ?? null) };
  });

  mountRoute(app, 'getWorkflowSource', async ({ params, query }) => {
    const live = await liveRevision(engine, params.workspace);
    const revision = query.revision ?? live?.revision;
    if (revision === undefined) throw workflowNotFound(params, live);
    if (query.revision === undefined && live?.workflows.every(({ name }) => name !== params.workflow)) {
      throw workflowNotFound(params, live);
    }
    return { revision, ...(await readWorkflowSource(engine.blobs, { ...params, revision })) };
  });
}
