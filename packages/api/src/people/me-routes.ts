import { z } from 'zod';
import { route } from '../contract/route.ts';
import { password, session } from './account.ts';
import { apiKey, madeApiKey, newKeyFields } from './api-key.ts';

const noBody = z.strictObject({});

/** What somebody changes about himself. */
export const meRoutes = {
  listOwnSessions: route({
    method: 'GET',
    path: '/api/v1/me/sessions',
    summary: 'List where you are signed in',
    tag: 'people',
    access: 'api',
    needs: null,
    responses: { 200: { description: 'The newest first.', schema: z.object({ items: z.array(session) }) } },
    errors: ['not_found', 'store_unavailable'],
  }),
  endOwnSession: route({
    method: 'POST',
    path: '/api/v1/me/sessions/{session}/end',
    summary: 'End one of your sessions',
    tag: 'people',
    access: 'api',
    needs: null,
    params: z.object({ session: z.string().min(1).max(100) }),
    body: noBody,
    responses: { 200: { description: 'It has ended.', schema: z.object({ ended: z.literal(true) }) } },
    errors: ['not_found', 'store_unavailable'],
  }),
  listOwnApiKeys: route({
    method: 'GET',
    path: '/api/v1/me/api-keys',
    summary: 'List your API keys, those that expired as well',
    tag: 'people',
    access: 'api',
    needs: null,
    responses: { 200: { description: 'By time.', schema: z.object({ items: z.array(apiKey) }) } },
    errors: ['not_found', 'store_unavailable'],
  }),
  createOwnApiKey: route({
    method: 'POST',
    path: '/api/v1/me/api-keys',
    summary: 'Make an API key of your own',
    description: 'One that is made with a key lies within the scopes of that, and expires no later.',
    tag: 'people',
    access: 'api',
    needs: null,
    body: z.strictObject(newKeyFields),
    responses: { 201: { description: 'The key. It is not shown again.', schema: madeApiKey } },
    errors: ['invalid_request', 'not_found', 'forbidden', 'store_unavailable'],
  }),
  revokeOwnApiKey: route({
    method: 'POST',
    path: '/api/v1/me/api-keys/{key}/revoke',
    summary: 'Let one of your API keys open nothing any more',
    tag: 'people',
    access: 'api',
    needs: null,
    params: z.object({ key: z.string().min(1).max(100) }),
    body: noBody,
    responses: { 200: { description: 'It is gone.', schema: z.object({ removed: z.literal(true) }) } },
    errors: ['not_found', 'store_unavailable'],
  }),
  changeOwnPassword: route({
    method: 'POST',
    path: '/api/v1/me/password',
    summary: 'Change your own password',
    description: 'All your sessions end, this one too: sign in with the new password.',
    tag: 'people',
    access: 'api',
    needs: null,
    body: z.strictObject({ old_password: password, password }),
    responses: { 200: { description: 'It counts from now on.', schema: z.object({ changed: z.literal(true) }) } },
    errors: ['invalid_request', 'not_found', 'sign_in_failed', 'rate_limited', 'store_unavailable'],
  }),
};
