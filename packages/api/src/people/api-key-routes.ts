import { z } from 'zod';
import { route } from '../contract/route.ts';
import { apiKey, madeApiKey, newKeyFields } from './api-key.ts';
import { peopleName } from './rights.ts';

export const apiKeyRoutes = {
  listApiKeys: route({
    method: 'GET',
    path: '/api/v1/api-keys',
    summary: 'List API keys, those that expired as well',
    tag: 'people',
    access: 'api',
    needs: 'api_key:read',
    query: z.strictObject({ account: peopleName.optional() }),
    responses: { 200: { description: 'By account and time.', schema: z.object({ items: z.array(apiKey) }) } },
    errors: ['invalid_request', 'store_unavailable'],
  }),
  createApiKey: route({
    method: 'POST',
    path: '/api/v1/api-keys',
    summary: 'Make an API key of a service account, or of your own',
    description:
      'Keys of people are made by these people alone. A key never may more than its account, nor than whoever makes it; one ' +
      'that is made with a key lies within the scopes of that, and expires no later.',
    tag: 'people',
    access: 'api',
    needs: 'api_key:change',
    body: z.strictObject({ account: peopleName, ...newKeyFields }),
    responses: { 201: { description: 'The key. It is not shown again.', schema: madeApiKey } },
    errors: ['invalid_request', 'not_found', 'forbidden', 'store_unavailable'],
  }),
  revokeApiKey: route({
    method: 'POST',
    path: '/api/v1/api-keys/{key}/revoke',
    summary: 'Let an API key open nothing any more',
    tag: 'people',
    access: 'api',
    needs: 'api_key:change',
    params: z.object({ key: z.string().min(1).max(100) }),
    body: z.strictObject({}),
    responses: { 200: { description: 'It is gone.', schema: z.object({ removed: z.literal(true) }) } },
    errors: ['not_found', 'forbidden', 'store_unavailable'],
  }),
};
