import { z } from 'zod';
import { route } from '../contract/route.ts';
import { changedDetails, newDetails, serviceAccount } from './account.ts';
import { peopleName } from './rights.ts';

const path = '/api/v1/service-accounts';
const ofAccount = z.object({ account: peopleName });
const noBody = z.strictObject({});
const touching = ['invalid_request', 'not_found', 'forbidden', 'store_unavailable'] as const;

export const serviceAccountRoutes = {
  listServiceAccounts: route({
    method: 'GET',
    path,
    summary: 'List the service accounts',
    tag: 'people',
    access: 'api',
    needs: 'user:read',
    responses: { 200: { description: 'By name.', schema: z.object({ items: z.array(serviceAccount) }) } },
    errors: ['store_unavailable'],
  }),
  createServiceAccount: route({
    method: 'POST',
    path,
    summary: 'Add an account for a program',
    description: 'It has no password: give it an API key, and roles.',
    tag: 'people',
    access: 'api',
    needs: 'user:change',
    body: z.strictObject({ name: peopleName, ...newDetails }),
    responses: { 201: { description: 'The account.', schema: serviceAccount } },
    errors: ['invalid_request', 'name_taken', 'store_unavailable'],
  }),
  getServiceAccount: route({
    method: 'GET',
    path: `${path}/{account}`,
    summary: 'Show a service account with groups and roles',
    tag: 'people',
    access: 'api',
    needs: 'user:read',
    params: ofAccount,
    responses: { 200: { description: 'The account.', schema: serviceAccount } },
    errors: ['not_found', 'store_unavailable'],
  }),
  changeServiceAccount: route({
    method: 'POST',
    path: `${path}/{account}`,
    summary: 'Change how a service account is called',
    tag: 'people',
    access: 'api',
    needs: 'user:change',
    params: ofAccount,
    body: changedDetails,
    responses: { 200: { description: 'The account.', schema: serviceAccount } },
    errors: [...touching],
  }),
  disableServiceAccount: route({
    method: 'POST',
    path: `${path}/{account}/disable`,
    summary: 'Let the keys of a service account open nothing',
    tag: 'people',
    access: 'api',
    needs: 'user:change',
    params: ofAccount,
    body: noBody,
    responses: { 200: { description: 'The account.', schema: serviceAccount } },
    errors: [...touching],
  }),
  enableServiceAccount: route({
    method: 'POST',
    path: `${path}/{account}/enable`,
    summary: 'Let the keys of a disabled service account open doors again',
    tag: 'people',
    access: 'api',
    needs: 'user:change',
    params: ofAccount,
    body: noBody,
    responses: { 200: { description: 'The account.', schema: serviceAccount } },
    errors: [...touching],
  }),
  removeServiceAccount: route({
    method: 'POST',
    path: `${path}/{account}/remove`,
    summary: 'Remove a service account, with its API keys, memberships and roles',
    tag: 'people',
    access: 'api',
    needs: 'user:change',
    params: ofAccount,
    body: noBody,
    responses: { 200: { description: 'It is gone.', schema: z.object({ removed: z.literal(true) }) } },
    errors: [...touching],
  }),
};
