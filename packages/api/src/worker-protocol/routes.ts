import { logBatchMediaType, maxEndedRuns } from '@millrace/core';
import { z } from 'zod';
import { route } from '../contract/route.ts';
import { name } from '../contract/values.ts';
import { workerBounds } from '../workers/joining.ts';
import { runRef, secretsRequest, syncRequest, syncResponse } from './sync.ts';

/** The longest that a sync waits, whatever the worker asks for. */
export const maxSyncWaitMs = 60_000;
export const maxSyncBytes = 64 * 1024 * 1024;

/** Made by the worker itself, before anybody knows it. */
const ownToken = z
  .string()
  .min(1)
  .max(200)
  .meta({ description: '`mrw_`, ten letters or digits, `_`, and 32 random bytes as base64url.' });

const admitted = z
  .object({
    worker: z
      .string()
      .meta({ description: 'The id of the joined worker; ids of its processes begin with it and a dot.' }),
    name: z.string(),
    bounds: workerBounds,
    rotate_after_ms: z.int().meta({ description: 'How old its token should become at most.' }),
  })
  .meta({ id: 'AdmittedWorker' });
export type AdmittedWorker = z.output<typeof admitted>;

export const workerProtocolRoutes = {
  joinWorker: route({
    method: 'POST',
    path: '/worker/v1/join',
    summary: 'Become a worker with a token of its own; the bearer token is a join token',
    description: 'The same request again gives the same answer, and uses the join token up once.',
    tag: 'worker protocol',
    access: 'worker',
    body: z.strictObject({ token: ownToken, name: z.string().min(1).max(300) }),
    responses: { 200: { description: 'From now on the worker shows its own token.', schema: admitted } },
    errors: ['invalid_request', 'join_refused', 'worker_revoked', 'rate_limited', 'store_unavailable'],
  }),
  rotateWorkerToken: route({
    method: 'POST',
    path: '/worker/v1/rotate',
    summary: 'Put a new token in the place of the one that is shown',
    description: 'The one before is good for five minutes more. The same request again gives the same answer.',
    tag: 'worker protocol',
    access: 'worker',
    body: z.strictObject({ token: ownToken }),
    responses: { 200: { description: 'The new one is good.', schema: admitted } },
    errors: ['invalid_request', 'unauthorized', 'worker_revoked', 'store_unavailable'],
  }),
  syncWorker: route({
    method: 'POST',
    path: '/worker/v1/sync',
    summary: 'Report results and heartbeats, get assignments (long poll)',
    tag: 'worker protocol',
    access: 'worker',
    body: syncRequest,
    responses: { 200: { description: 'Assignments, cancellations, confirmations.', schema: syncResponse } },
    errors: [
      'invalid_request',
      'unauthorized',
      'worker_revoked',
      'forbidden',
      'too_large',
      'overloaded',
      'store_unavailable',
    ],
  }),
  appendLogs: route({
    method: 'POST',
    path: '/worker/v1/logs',
    summary: 'Append to logs of attempts (binary batch with offsets)',
    tag: 'worker protocol',
    access: 'worker',
    bodyType: logBatchMediaType,
    responses: { 204: { description: 'Stored.' } },
    errors: [
      'invalid_request',
      'unauthorized',
      'worker_revoked',
      'too_large',
      'lease_lost',
      'blob_store_unavailable',
      'blob_store_full',
      'store_unavailable',
    ],
  }),
  endedRuns: route({
    method: 'POST',
    path: '/worker/v1/ended-runs',
    summary: 'Ask which runs have ended, so that shared folders may go',
    tag: 'worker protocol',
    access: 'worker',
    body: z.object({ runs: z.array(runRef).max(maxEndedRuns) }),
    responses: {
      200: {
        description: 'Runs that have ended, and runs that the server does not know.',
        schema: z.object({ ended: z.array(runRef), unknown: z.array(runRef) }).meta({ id: 'EndedRuns' }),
      },
    },
    errors: ['invalid_request', 'unauthorized', 'worker_revoked', 'store_unavailable'],
  }),
  readSecrets: route({
    method: 'POST',
    path: '/worker/v1/secrets',
    summary: 'Get the secrets that an attempt reads, while the worker holds it',
    tag: 'worker protocol',
    access: 'worker',
    body: secretsRequest,
    responses: {
      200: {
        description: 'The values, by name.',
        schema: z.object({ values: z.record(z.string(), z.string()) }).meta({ id: 'AttemptSecrets' }),
      },
    },
    errors: [
      'invalid_request',
      'unauthorized',
      'worker_revoked',
      'forbidden',
      'lease_lost',
      'secret_missing',
      'secret_unreadable',
      'secret_source_unavailable',
      'secret_source_refused',
      'configuration',
      'store_unavailable',
    ],
  }),
  openFiles: route({
    method: 'GET',
    path: '/worker/v1/files/{workspace}/{revision}',
    summary: 'Get the files of a workspace at a revision',
    tag: 'worker protocol',
    access: 'worker',
    params: z.object({ workspace: name, revision: name }),
    responses: {
      200: { description: 'A gzipped tar.', contentTypes: ['application/gzip'] },
      204: { description: 'The workspace has no files that steps could need.' },
    },
    errors: [
      'invalid_request',
      'unauthorized',
      'worker_revoked',
      'forbidden',
      'workspace_not_found',
      'blob_store_unavailable',
      'store_unavailable',
    ],
  }),
};
