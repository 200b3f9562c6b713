import type { WorkflowSummary } from '@millrace/api';
import { folderOf, isUnlimitedReach, MillraceError, reachOf } from '@millrace/core';
import { type Engine, type Revision, type RevisionWorkflow, workflowsOf } from '@millrace/engine';
import type { FastifyInstance } from 'fastify';
import { accountOf } from '../contract/caller-name.ts';
import { callerSignal } from '../contract/caller-signal.ts';
import { mountRoute } from '../contract/mount-route.ts';
import { oneKey } from '../contract/one-key.ts';
import { mayReadRun } from '../permissions/may-read-run.ts';
import { folderIn } from '../permissions/operation-objects.ts';
import { keepWithin } from '../permissions/within.ts';
import { presentInput } from '../present/input-schema.ts';
import { presentGraph } from '../present/present-graph.ts';
import { presentLatestRun } from '../present/present-run.ts';
import type { ServerContext } from '../server-context.ts';
import { waitForRun } from './runs.ts';
import { findWorkspace } from './workspaces.ts';

export function addWorkflowRoutes(app: FastifyInstance, context: ServerContext): void {
  const { engine, closing } = context;

  mountRoute(app, 'listWorkflows', async ({ params, query, reach }) => {
    const revision = await liveRevision(engine, params.workspace);
    if (revision === null) return { revision: null, items: [] };
    const words = (query.search ?? '').toLowerCase().split(/\s+/);
    const items = keepWithin(workflowsOf(revision), reach, ({ name, file }) => [
      params.workspace,
      name,
      folderOf(name, file),
    ])
      .filter(({ name, description }) => {
        const text = `${name} ${description ?? ''}`.toLowerCase();
        return words.every((word) => text.includes(word));
      })
      .map((workflow) => presentSummary(revision, workflow))
      .sort((a, b) => (a.name < b.name ? -1 : 1));
    return { revision: revision.revision, items };
  });

  mountRoute(app, 'getWorkflow', async ({ params }) => {
    const revision = await liveRevision(engine, params.workspace);
    const workflow = revision === null ? undefined : workflowsOf(revision).find(({ name }) => name === params.workflow);
    if (revision === null || workflow === undefined) throw workflowNotFound(params, revision);
    const plan = (await engine.store.plans.get([workflow.plan])).get(workflow.plan);
    if (plan === undefined) throw new Error(`Plan ${workflow.plan} of ${params.workflow} is not in the store.`);
    return {
      ...presentSummary(revision, workflow),
      input: presentInput(plan.input),
      graph: presentGraph(plan),
      triggers: triggersOf(revision, workflow.name).map(({ name, type, enabled, definition }) => ({
        name,
        type,
        enabled,
        definition,
      })),
      fail_fast: plan.failFast,
      timeout_ms: plan.timeoutMs,
    };
  });

  mountRoute(app, 'listLatestRuns', async ({ params, query, reach }) => {
    await findWorkspace(engine, params.workspace);
    const latest = await engine.queries.latestRuns(params.workspace, query.each, reach);
    return { workflows: Object.fromEntries([...latest].map(([name, runs]) => [name, runs.map(presentLatestRun)])) };
  });

  mountRoute(app, 'startRun', async ({ params, headers, body, reply, actor, reach }) => {
    const startKey = oneKey(headers, body);
    const { workspace, workflow } = params;
    const trigger = { ...accountOf(actor), type: body.via };
    const tags = body.tags ?? [];
    // Before anything is started: whoever waits is told what comes of the run.
    if (body.wait !== undefined && !isUnlimitedReach(reachOf(actor.authority, 'run:read'))) {
      const folder = (await folderIn(engine, workspace, workflow, body.revision ?? null)) ?? undefined;
      await mayReadRun(engine, actor, { workspace, workflow, folder, tags, trigger });
    }
    const { run, created } = await engine.startRun({
      workspace,
      workflow,
      input: body.input,
      trigger,
      ...(startKey === undefined ? {} : { startKey }),
      ...(body.tags === undefined ? {} : { tags: body.tags }),
      ...(body.priority === undefined ? {} : { priority: body.priority }),
      ...(body.revision === undefined ? {} : { revision: body.revision }),
      ...(isUnlimitedReach(reach) ? {} : { within: reach }),
    });
    reply.code(created ? 201 : 200).header('location', `/api/v1/runs/${run}`);
    if (body.wait === undefined) return { id: run, created, ended: null, run: null };
    // A key that was used before gives a run that somebody else may have started.
    if (!created) await mayReadRun(engine, actor, run);
    const waited = await waitForRun(engine, run, body.wait, callerSignal(reply, closing));
    return { id: run, created, ...waited };
  });
}

/** null: nothing is live yet. Throws `workspace_not_found`. */
export async function liveRevision(engine: Engine, workspace: string): Promise<Revision | null> {
  const revision = await engine.store.workspaces.revision(workspace, null);
  if (revision === null) await findWorkspace(engine, workspace);
  return revision;
}

const triggersOf = (revision: Revision, workflow: string) =>
  revision.triggers.filter((trigger) => trigger.workflow === workflow);

function presentSummary(revision: Revision, { name, description, plan, file }: RevisionWorkflow): WorkflowSummary {
  return {
    workspace: revision.workspace,
    name,
    description,
    revision: revision.revision,
    plan,
    triggers: triggersOf(revision, name).map((trigger) => trigger.name),
    file: file ?? null,
  };
}

/** Names those that there are. */
export function workflowNotFound(
  { workspace, workflow }: Readonly<{ workspace: string; workflow: string }>,
  revision: Revision | null,
): MillraceError {
  const names = (revision === null ? [] : workflowsOf(revision)).slice(0, 20).map(({ name }) => name);
  return new MillraceError('workflow_not_found', `Workspace "${workspace}" has no workflow "${workflow}".`, {
    hint: names.length === 0 ? 'It has no valid revision with workflows yet.' : `It has: ${names.join(', ')}.`,
  });
}
