import { z } from 'zod';
import { route } from '../contract/route.ts';
import { name } from '../contract/values.ts';
import { comparison, liveDefinitions, pack, workspace } from './workspace.ts';

const params = z.object({ workspace: name });

export const workspaceRoutes = {
  listWorkspaces: route({
    method: 'GET',
    path: '/api/v1/workspaces',
    summary: 'List the workspaces',
    tag: 'workspaces',
    access: 'api',
    needs: 'workspace:read',
    responses: { 200: { description: 'All workspaces.', schema: z.object({ items: z.array(workspace) }) } },
    errors: ['store_unavailable'],
  }),
  getWorkspace: route({
    method: 'GET',
    path: '/api/v1/workspaces/{workspace}',
    summary: 'Get a workspace: its live revision and the problems of its source',
    tag: 'workspaces',
    access: 'api',
    needs: 'workspace:read',
    params,
    responses: { 200: { description: 'The workspace.', schema: workspace } },
    errors: ['workspace_not_found', 'store_unavailable'],
  }),
  syncWorkspace: route({
    method: 'POST',
    path: '/api/v1/workspaces/{workspace}/sync',
    summary: 'Load the workspace from its source now',
    description:
      'Answers after the source was read. An invalid source is no error of this call: the last valid revision stays ' +
      'live, and `diagnostics` of the answer say what is wrong.',
    tag: 'workspaces',
    access: 'api',
    needs: 'workspace:change',
    params,
    body: z.strictObject({}),
    responses: { 200: { description: 'The workspace as it is now.', schema: workspace } },
    errors: ['invalid_request', 'workspace_not_found', 'configuration', 'store_unavailable'],
  }),
  getDefinitions: route({
    method: 'GET',
    path: '/api/v1/workspaces/{workspace}/definitions',
    summary: 'Get everything that the live revision of a workspace defines',
    tag: 'workspaces',
    access: 'api',
    needs: 'workspace:read',
    params,
    responses: { 200: { description: 'The definitions.', schema: liveDefinitions } },
    errors: ['workspace_not_found', 'not_found', 'store_unavailable', 'blob_store_unavailable'],
  }),
  listPacks: route({
    method: 'GET',
    path: '/api/v1/workspaces/{workspace}/packs',
    summary: 'List the packs of the live revision: those that it declares, and the one that is built in',
    tag: 'workspaces',
    access: 'api',
    needs: 'workspace:read',
    params,
    responses: {
      200: {
        description: 'The packs.',
        schema: z.object({ revision: z.string().nullable(), items: z.array(pack) }),
      },
    },
    errors: ['workspace_not_found', 'not_found', 'store_unavailable', 'blob_store_unavailable'],
  }),
  planWorkspace: route({
    method: 'POST',
    path: '/api/v1/workspaces/{workspace}/plan',
    summary: 'Compare what is live with what the source holds now, or with another branch, tag or commit',
    description: 'Nothing changes. Without `ref` the answer is the drift of the workspace: empty when it is in step.',
    tag: 'workspaces',
    access: 'api',
    needs: 'workspace:read',
    params,
    body: z.strictObject({
      ref: z
        .string()
        .min(1)
        .max(250)
        .exactOptional()
        .meta({ description: 'Branch, tag or commit of a Git workspace.' }),
    }),
    responses: { 200: { description: 'The difference.', schema: comparison } },
    errors: ['invalid_request', 'workspace_not_found', 'not_found', 'configuration', 'store_unavailable'],
  }),
  receivePush: route({
    method: 'POST',
    path: '/sources/{workspace}/push',
    summary: 'Tell that the repository of a Git workspace changed',
    description:
      'For the webhooks of Git hosts. The body is not looked at beyond its signature: `X-Hub-Signature-256` or ' +
      '`X-Hub-Signature` (sha256), or the secret itself in `X-Gitlab-Token`, `Authorization: Bearer` or ' +
      '`X-Millrace-Token`, as for webhooks. The workspace ' +
      'is loaded after the answer.',
    tag: 'workspaces',
    access: 'public',
    params,
    bodyType: '*/*',
    responses: {
      202: { description: 'The repository will be looked at.', schema: z.object({ accepted: z.literal(true) }) },
    },
    errors: ['unauthorized', 'configuration', 'too_large'],
  }),
};
