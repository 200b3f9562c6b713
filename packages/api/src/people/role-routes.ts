import { z } from 'zod';
import { route } from '../contract/route.ts';
import { bindingBody, peopleName, role, roleBinding, roleBody } from './rights.ts';

const ofRole = z.object({ role: peopleName });
const touching = ['invalid_request', 'not_found', 'forbidden', 'last_administrator', 'store_unavailable'] as const;

export const roleRoutes = {
  listRoles: route({
    method: 'GET',
    path: '/api/v1/roles',
    summary: 'List the roles with what they allow and deny',
    tag: 'people',
    access: 'api',
    needs: 'role:read',
    responses: { 200: { description: 'The built-in ones first.', schema: z.object({ items: z.array(role) }) } },
    errors: ['store_unavailable'],
  }),
  getRole: route({
    method: 'GET',
    path: '/api/v1/roles/{role}',
    summary: 'Show a role with what it allows and denies',
    tag: 'people',
    access: 'api',
    needs: 'role:read',
    params: ofRole,
    responses: { 200: { description: 'The role.', schema: role } },
    errors: ['not_found', 'store_unavailable'],
  }),
  putRole: route({
    method: 'POST',
    path: '/api/v1/roles/{role}',
    summary: 'Make a role, or take its place with another',
    description:
      'It counts at once for everybody who has it. Whoever writes a role needs all that it speaks of, and all that it ' +
      'spoke of before; `forbidden` says what is missing.',
    tag: 'people',
    access: 'api',
    needs: 'role:change',
    params: ofRole,
    body: roleBody,
    responses: { 200: { description: 'The role.', schema: role } },
    errors: ['invalid_request', 'forbidden', 'last_administrator', 'store_unavailable'],
  }),
  removeRole: route({
    method: 'POST',
    path: '/api/v1/roles/{role}/remove',
    summary: 'Remove a role; whoever had it has it no more',
    tag: 'people',
    access: 'api',
    needs: 'role:change',
    params: ofRole,
    body: z.strictObject({}),
    responses: { 200: { description: 'It is gone.', schema: z.object({ removed: z.literal(true) }) } },
    errors: [...touching],
  }),
  listRoleBindings: route({
    method: 'GET',
    path: '/api/v1/role-bindings',
    summary: 'List who has which role, and where',
    tag: 'people',
    access: 'api',
    needs: 'role:read',
    query: z.strictObject({
      account: peopleName.optional(),
      group: peopleName.optional(),
      role: peopleName.optional(),
    }),
    responses: {
      200: { description: 'By account or group, and role.', schema: z.object({ items: z.array(roleBinding) }) },
    },
    errors: ['invalid_request', 'store_unavailable'],
  }),
  bindRole: route({
    method: 'POST',
    path: '/api/v1/role-bindings',
    summary: 'Give a role to an account or a group, everywhere or in places',
    description:
      'Whoever gives a role needs all that it allows and denies, wherever it will count; `forbidden` says what is missing. ' +
      'Giving it again changes nothing.',
    tag: 'people',
    access: 'api',
    needs: 'role:change',
    body: bindingBody,
    responses: { 200: { description: 'The binding.', schema: roleBinding } },
    errors: [...touching],
  }),
  unbindRole: route({
    method: 'POST',
    path: '/api/v1/role-bindings/remove',
    summary: 'Take a role from an account or a group; `where` must be as it was given',
    tag: 'people',
    access: 'api',
    needs: 'role:change',
    body: bindingBody,
    responses: { 200: { description: 'The binding is gone.', schema: z.object({ removed: z.literal(true) }) } },
    errors: [...touching],
  }),
};
