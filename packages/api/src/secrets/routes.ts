import { z } from 'zod';
import { caller } from '../contract/caller.ts';
import { route } from '../contract/route.ts';
import { name } from '../contract/values.ts';
import { connection, secret } from './secret.ts';

const ofWorkspace = z.object({ workspace: name });
const ofSecret = z.object({ workspace: name, secret: name });
const reading = ['workspace_not_found', 'configuration', 'store_unavailable', 'blob_store_unavailable'] as const;

export const secretRoutes = {
  listSecrets: route({
    method: 'GET',
    path: '/api/v1/workspaces/{workspace}/secrets',
    summary: 'List the secrets that a workspace declares, reads, or has stored',
    description: 'No answer has the value of a secret in it.',
    tag: 'secrets',
    access: 'api',
    needs: 'secret:read',
    params: ofWorkspace,
    responses: { 200: { description: 'By name.', schema: z.object({ items: z.array(secret) }) } },
    errors: [...reading],
  }),
  setSecret: route({
    method: 'POST',
    path: '/api/v1/workspaces/{workspace}/secrets/{secret}',
    summary: 'Store a secret, in place of what it was',
    description: 'It is sealed with a key that the database does not have. Attempts that begin from now on get it.',
    tag: 'secrets',
    access: 'api',
    needs: 'secret:change',
    params: ofSecret,
    body: z.strictObject({
      value: z.string().meta({ description: 'From 4 characters to 64 KiB.' }),
      by: caller,
    }),
    responses: { 200: { description: 'The secret, without its value.', schema: secret } },
    errors: [...reading, 'invalid_request', 'too_large'],
  }),
  removeSecret: route({
    method: 'POST',
    path: '/api/v1/workspaces/{workspace}/secrets/{secret}/remove',
    summary: 'Forget a stored secret',
    tag: 'secrets',
    access: 'api',
    needs: 'secret:change',
    params: ofSecret,
    body: z.strictObject({}),
    responses: { 200: { description: 'It is gone.', schema: z.object({ removed: z.literal(true) }) } },
    errors: ['not_found', 'store_unavailable'],
  }),
  rotateSecrets: route({
    method: 'POST',
    path: '/api/v1/secrets/rotate',
    summary: "Seal all stored secrets with the server's first key",
    description: 'The values stay. Then the other keys can be taken away.',
    tag: 'secrets',
    access: 'api',
    needs: 'secret:change',
    body: z.strictObject({}),
    responses: {
      200: {
        description: 'What was done.',
        schema: z.object({
          key: z.string().meta({ description: 'Id of the key that all secrets are sealed with now.' }),
          resealed: z.int().meta({ description: 'How many were sealed with another one.' }),
          total: z.int(),
        }),
      },
    },
    errors: ['configuration', 'secret_unreadable', 'store_unavailable'],
  }),
  listConnections: route({
    method: 'GET',
    path: '/api/v1/workspaces/{workspace}/connections',
    summary: 'List the connections of the live revision',
    tag: 'secrets',
    access: 'api',
    needs: 'connection:read',
    params: ofWorkspace,
    responses: { 200: { description: 'By name.', schema: z.object({ items: z.array(connection) }) } },
    errors: [...reading],
  }),
};
