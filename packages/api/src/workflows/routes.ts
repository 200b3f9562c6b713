import { z } from 'zod';
import { idempotencyHeader, idempotencyKey } from '../contract/idempotency-key.ts';
import { route } from '../contract/route.ts';
import { jsonObject, name, queryInteger, via } from '../contract/values.ts';
import { startedRun } from '../runs/run.ts';
import { latestRun, workflow, workflowSource, workflowSummary, workflowVersion } from './workflow.ts';

/** The longest that any call waits for a run, in seconds; proxies often cut connections after a minute. */
export const maxWaitSeconds = 55;

export const workflowRoutes = {
  listWorkflows: route({
    method: 'GET',
    path: '/api/v1/workspaces/{workspace}/workflows',
    summary: "List a workspace's workflows",
    tag: 'workflows',
    access: 'api',
    needs: 'workflow:read',
    params: z.object({ workspace: name }),
    query: z.strictObject({
      search: z.string().max(200).optional().meta({
        description: 'Only workflows whose name or description contains each of these words, in any case.',
      }),
    }),
    responses: {
      200: {
        description: 'The workflows of the live revision, by name.',
        schema: z.object({ revision: z.string().nullable(), items: z.array(workflowSummary) }),
      },
    },
    errors: ['invalid_request', 'workspace_not_found', 'store_unavailable'],
  }),
  getWorkflow: route({
    method: 'GET',
    path: '/api/v1/workspaces/{workspace}/workflows/{workflow}',
    summary: 'Get a workflow: its input, its graph, its triggers',
    tag: 'workflows',
    access: 'api',
    needs: 'workflow:read',
    params: z.object({ workspace: name, workflow: name }),
    responses: { 200: { description: 'The workflow at the live revision.', schema: workflow } },
    errors: ['workspace_not_found', 'workflow_not_found', 'store_unavailable'],
  }),
  listLatestRuns: route({
    method: 'GET',
    path: '/api/v1/workspaces/{workspace}/latest-runs',
    summary: 'List the newest runs of each workflow of a workspace',
    tag: 'workflows',
    access: 'api',
    needs: 'run:read',
    params: z.object({ workspace: name }),
    query: z.strictObject({
      each: queryInteger.min(1).max(50).default(12).meta({ description: 'How many of each workflow at most.' }),
    }),
    responses: {
      200: {
        description: 'By workflow, newest first. Workflows that never ran are absent.',
        schema: z.object({ workflows: z.record(z.string(), z.array(latestRun)) }),
      },
    },
    errors: ['invalid_request', 'workspace_not_found', 'store_unavailable'],
  }),
  listWorkflowVersions: route({
    method: 'GET',
    path: '/api/v1/workspaces/{workspace}/workflows/{workflow}/versions',
    summary: 'List the versions of a workflow, newest first',
    description:
      'Revisions that follow each other and have the same plan are one version. As far as revisions are kept, at most ' +
      'the 200 newest.',
    tag: 'workflows',
    access: 'api',
    needs: 'workflow:read',
    params: z.object({ workspace: name, workflow: name }),
    responses: { 200: { description: 'The versions.', schema: z.object({ items: z.array(workflowVersion) }) } },
    errors: ['workspace_not_found', 'workflow_not_found', 'store_unavailable'],
  }),
  getWorkflowSource: route({
    method: 'GET',
    path: '/api/v1/workspaces/{workspace}/workflows/{workflow}/source',
    summary: 'Get the file that a workflow is written in, as it was at a revision',
    tag: 'workflows',
    access: 'api',
    needs: 'workflow:read',
    params: z.object({ workspace: name, workflow: name }),
    query: z.strictObject({
      revision: z.string().min(1).max(200).optional().meta({ description: 'Default: the live revision.' }),
    }),
    responses: { 200: { description: 'The file, and where the workflow stands in it.', schema: workflowSource } },
    errors: [
      'invalid_request',
      'workspace_not_found',
      'workflow_not_found',
      'not_found',
      'store_unavailable',
      'blob_store_unavailable',
    ],
  }),
  startRun: route({
    method: 'POST',
    path: '/api/v1/workspaces/{workspace}/workflows/{workflow}/runs',
    summary: 'Start a run',
    description:
      'Answers when the run is stored: from then on it happens, whatever fails. With an idempotency key a second call ' +
      'gives the run of the first, so a call whose answer was lost can be made again.',
    tag: 'workflows',
    access: 'api',
    needs: 'workflow:start',
    params: z.object({ workspace: name, workflow: name }),
    headers: idempotencyHeader,
    body: z.strictObject({
      input: jsonObject.default({}).meta({ description: "Checked against the workflow's input schema." }),
      idempotency_key: idempotencyKey.optional().meta({ description: 'One run for each key in a workspace.' }),
      tags: z.array(z.string().min(1).max(100)).max(50).optional(),
      priority: z.int().min(-1000).max(1000).optional().meta({ description: 'Higher goes first.' }),
      revision: z.string().min(1).max(200).optional().meta({ description: 'Default: the live revision.' }),
      via,
      wait: z
        .number()
        .min(0)
        .max(maxWaitSeconds)
        .optional()
        .meta({ description: 'Seconds to wait for the end of the run; the answer then has it as `ended`.' }),
    }),
    responses: {
      201: { description: 'A new run.', schema: startedRun },
      200: { description: 'The run that this idempotency key started before.', schema: startedRun },
    },
    errors: [
      'invalid_request',
      'invalid_input',
      'workspace_not_found',
      'workflow_not_found',
      'too_large',
      'overloaded',
      'store_unavailable',
    ],
  }),
};
