import { z } from 'zod';
import { route } from '../contract/route.ts';
import { peopleName } from './rights.ts';

const group = z
  .object({ name: z.string(), description: z.string(), members: z.array(z.string()) })
  .meta({ id: 'Group' });
export type Group = z.output<typeof group>;

const ofGroup = z.object({ group: peopleName });
const ofMember = z.object({ group: peopleName, account: peopleName });
const noBody = z.strictObject({});
const touching = ['invalid_request', 'not_found', 'forbidden', 'last_administrator', 'store_unavailable'] as const;

export const groupRoutes = {
  listGroups: route({
    method: 'GET',
    path: '/api/v1/groups',
    summary: 'List the groups with their members',
    tag: 'people',
    access: 'api',
    needs: 'role:read',
    responses: { 200: { description: 'By name.', schema: z.object({ items: z.array(group) }) } },
    errors: ['store_unavailable'],
  }),
  getGroup: route({
    method: 'GET',
    path: '/api/v1/groups/{group}',
    summary: 'Show a group with its members',
    tag: 'people',
    access: 'api',
    needs: 'role:read',
    params: ofGroup,
    responses: { 200: { description: 'The group.', schema: group } },
    errors: ['not_found', 'store_unavailable'],
  }),
  putGroup: route({
    method: 'POST',
    path: '/api/v1/groups/{group}',
    summary: 'Make a group, or describe it anew; its members stay',
    tag: 'people',
    access: 'api',
    needs: 'role:change',
    params: ofGroup,
    body: z.strictObject({ description: z.string().max(1000) }),
    responses: { 200: { description: 'The group.', schema: group } },
    errors: ['invalid_request', 'forbidden', 'store_unavailable'],
  }),
  removeGroup: route({
    method: 'POST',
    path: '/api/v1/groups/{group}/remove',
    summary: 'Remove a group, with its roles; its members stay, without them',
    tag: 'people',
    access: 'api',
    needs: 'role:change',
    params: ofGroup,
    body: noBody,
    responses: { 200: { description: 'It is gone.', schema: z.object({ removed: z.literal(true) }) } },
    errors: [...touching],
  }),
  addMember: route({
    method: 'POST',
    path: '/api/v1/groups/{group}/members/{account}',
    summary: 'Add a user or service account to a group',
    description: 'Who is in a group has its roles, and may answer approvals that name it.',
    tag: 'people',
    access: 'api',
    needs: 'role:change',
    params: ofMember,
    body: noBody,
    responses: { 200: { description: 'The group.', schema: group } },
    errors: [...touching],
  }),
  removeMember: route({
    method: 'POST',
    path: '/api/v1/groups/{group}/members/{account}/remove',
    summary: 'Take an account out of a group',
    tag: 'people',
    access: 'api',
    needs: 'role:change',
    params: ofMember,
    body: noBody,
    responses: { 200: { description: 'The group.', schema: group } },
    errors: [...touching],
  }),
};
