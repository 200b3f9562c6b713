import { z } from 'zod';
import { route } from '../contract/route.ts';
import {
  givenBounds,
  joinedParams,
  joinedWorker,
  joinToken,
  joinTokenParams,
  madeJoinToken,
  mostJoined,
} from './joining.ts';

/** How workers are let in, and sent away. */
export const joinRoutes = {
  listJoinTokens: route({
    method: 'GET',
    path: '/api/v1/join-tokens',
    summary: 'List join tokens, those that expired or are used up as well',
    tag: 'workers',
    access: 'api',
    needs: 'worker:admit',
    responses: { 200: { description: 'By time.', schema: z.object({ items: z.array(joinToken) }) } },
    errors: ['store_unavailable'],
  }),
  createJoinToken: route({
    method: 'POST',
    path: '/api/v1/join-tokens',
    summary: 'Make a token with which workers join',
    description:
      'A worker shows it once and has a token of its own from then on. Whoever has it can start a worker, which gets work and ' +
      'the secrets that this work reads, within the bounds of the token.',
    tag: 'workers',
    access: 'api',
    needs: 'worker:admit',
    body: z.strictObject({
      name: z.string().min(1).max(200).meta({ description: 'What it is for.' }),
      bounds: givenBounds,
      life_ms: z
        .int()
        .min(60_000)
        .nullable()
        .default(3_600_000)
        .meta({ description: 'null: it does not expire. Default: an hour.' }),
      most_uses: z
        .int()
        .min(1)
        .max(1_000_000)
        .nullable()
        .default(1)
        .meta({ description: 'How many workers may join with it; null: any number.' }),
    }),
    responses: { 201: { description: 'The token. It is not shown again.', schema: madeJoinToken } },
    errors: ['invalid_request', 'conflict', 'store_unavailable'],
  }),
  revokeJoinToken: route({
    method: 'POST',
    path: '/api/v1/join-tokens/{join_token}/revoke',
    summary: 'Let nobody join with a token any more',
    description: 'Workers that joined with it stay.',
    tag: 'workers',
    access: 'api',
    needs: 'worker:admit',
    params: joinTokenParams,
    body: z.strictObject({}),
    responses: { 200: { description: 'It is gone.', schema: z.object({ removed: z.literal(true) }) } },
    errors: ['invalid_request', 'not_found', 'store_unavailable'],
  }),
  listJoinedWorkers: route({
    method: 'GET',
    path: '/api/v1/joined-workers',
    summary: 'List the workers that have tokens of their own',
    description:
      `Those that are heard of most lately first, also revoked ones; ${mostJoined} at most. One that was silent for thirty days is ` +
      'forgotten, and has to join again.',
    tag: 'workers',
    access: 'api',
    needs: 'worker:read',
    responses: { 200: { description: 'The workers.', schema: z.object({ items: z.array(joinedWorker) }) } },
    errors: ['store_unavailable'],
  }),
  revokeWorker: route({
    method: 'POST',
    path: '/api/v1/joined-workers/{joined}/revoke',
    summary: 'Let the token of a worker open nothing any more',
    description:
      'All its processes are refused from now on, and what they hold is lost, as with a worker that died: it runs again elsewhere. ' +
      'Again: nothing changes.',
    tag: 'workers',
    access: 'api',
    needs: 'worker:admit',
    params: joinedParams,
    body: z.strictObject({}),
    responses: { 200: { description: 'The worker.', schema: joinedWorker } },
    errors: ['invalid_request', 'not_found', 'store_unavailable'],
  }),
};
