import { z } from 'zod';
import { route } from '../contract/route.ts';
import { name } from '../contract/values.ts';
import { limit, limitKind, queue } from './limit.ts';

export const limitRoutes = {
  listLimits: route({
    method: 'GET',
    path: '/api/v1/limits',
    summary: 'List the limits that runs and steps share: who holds them, who waits',
    description: 'Only limits that somebody holds or waits for, in the order of workspace, kind and key.',
    tag: 'limits',
    access: 'api',
    needs: 'limit:read',
    query: z.strictObject({
      workspace: name.optional(),
      kind: limitKind.optional(),
      key: z.string().min(1).max(200).optional(),
      limit: z.coerce.number().int().min(1).max(100).default(50).meta({ description: 'How many limits at most.' }),
    }),
    responses: { 200: { description: 'The limits.', schema: z.object({ items: z.array(limit) }) } },
    errors: ['invalid_request', 'store_unavailable'],
  }),
  listQueues: route({
    method: 'GET',
    path: '/api/v1/queues',
    summary: 'List the queues that workspaces define, and those in use',
    tag: 'limits',
    access: 'api',
    needs: 'limit:read',
    query: z.strictObject({ workspace: name.optional() }),
    responses: { 200: { description: 'The queues.', schema: z.object({ items: z.array(queue) }) } },
    errors: ['invalid_request', 'store_unavailable'],
  }),
};
