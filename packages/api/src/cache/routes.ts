import { z } from 'zod';
import { paged, pageQuery } from '../contract/page.ts';
import { route } from '../contract/route.ts';
import { name, time } from '../contract/values.ts';

const cacheEntry = z
  .object({
    workspace: z.string(),
    key: z.string().meta({ description: 'As it was rendered.' }),
    hash: z.string().meta({ description: 'Of the key and the content of the action: what it is found by.' }),
    workflow: z.string().meta({ description: 'Who put it there.' }),
    step: z.string(),
    run: z.string(),
    size_bytes: z.int(),
    created_at: time,
    expires_at: time,
  })
  .meta({ id: 'CacheEntry' });

const filter = {
  workspace: name.optional(),
  workflow: name.optional(),
  step: name.optional(),
  key: z.string().min(1).max(1_000).optional().meta({ description: 'Exactly this key.' }),
};

export const cacheRoutes = {
  listCache: route({
    method: 'GET',
    path: '/api/v1/cache',
    summary: 'List the outputs that steps may find in the cache, newest first',
    tag: 'cache',
    access: 'api',
    needs: 'cache:read',
    query: z.strictObject({ ...pageQuery, ...filter }),
    responses: {
      200: { description: 'A page of outputs, without the outputs themselves.', schema: paged(cacheEntry) },
    },
    errors: ['invalid_request', 'store_unavailable'],
  }),
  clearCache: route({
    method: 'POST',
    path: '/api/v1/cache/clear',
    summary: 'Remove outputs from the cache',
    description: 'Those that the filter means; an empty filter means all. Steps that look for them run again.',
    tag: 'cache',
    access: 'api',
    needs: 'cache:change',
    body: z.strictObject(filter),
    responses: { 200: { description: 'How many were removed.', schema: z.object({ removed: z.int() }) } },
    errors: ['invalid_request', 'store_unavailable'],
  }),
};
