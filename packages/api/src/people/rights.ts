import { isFolder, isPermissionPattern, type PermissionPattern } from '@millrace/core';
import { z } from 'zod';

/** The name of an account, group or role; capitals count as small letters. */
export const peopleName = z.string().min(1).max(100);

const pattern = z
  .string()
  .min(1)
  .max(200)
  // A character that nobody can see would make two places look like one.
  .regex(/^\P{Cc}*$/u, 'Expected a text without control characters.');

/** Where a role or grant counts. */
const selector = z
  .strictObject({
    workspace: pattern.optional().meta({ description: 'A pattern: `*` stands for any text.' }),
    name: pattern
      .optional()
      .meta({ description: 'A pattern for the name: of the workflow, of what is done to a run.' }),
    folder: z
      .string()
      .max(500)
      .refine(isFolder, {
        error: 'Expected names of folders between single slashes.',
        params: { expected: 'folder such as etl/nightly' },
      })
      .regex(/^\P{Cc}*$/u, 'Expected a text without control characters.')
      .optional()
      .meta({
        description: 'A folder below `.workflows`: what hangs on the workflows that are written in it, or below.',
      }),
    label: pattern.optional().meta({ description: 'A tag of the run.' }),
    own: z.literal(true).optional().meta({ description: 'Only runs that the same account started.' }),
  })
  .meta({ id: 'Selector', description: 'Where it counts; what is left out: everywhere.' });

const permissionPattern = z
  .custom<PermissionPattern>((value) => typeof value === 'string' && isPermissionPattern(value), {
    error: 'Expected a permission such as run:read, run:*, *:read or *.',
    params: { expected: 'permission such as run:read, run:*, *:read or *' },
  })
  .meta({ type: 'string', examples: ['run:read', 'run:*', '*:read', '*'] });

export const grant = z
  .strictObject({
    effect: z.enum(['allow', 'deny']).default('allow').meta({ description: 'A deny beats every allow.' }),
    permission: permissionPattern,
    where: selector.default({}),
  })
  .meta({ id: 'Grant' });
export type Grant = z.output<typeof grant>;
export type Selector = z.output<typeof selector>;

const grants = z.array(grant).max(500);

export const role = z
  .object({
    name: z.string(),
    description: z.string(),
    built_in: z.boolean().meta({ description: 'Every server has it, and nobody can change it.' }),
    grants,
  })
  .meta({ id: 'Role' });
export type Role = z.output<typeof role>;

export const roleBody = z.strictObject({ description: z.string().max(1000).default(''), grants });

/** Who has which role, and where. */
export const roleBinding = z
  .object({
    account: z.string().nullable().meta({ description: 'A user or service account; null: a group has it.' }),
    group: z.string().nullable(),
    role: z.string(),
    where: selector,
  })
  .meta({ id: 'RoleBinding' });
export type RoleBinding = z.output<typeof roleBinding>;

export const bindingBody = z
  .strictObject({
    account: peopleName.optional().meta({ description: 'A user or service account.' }),
    group: peopleName.optional(),
    role: peopleName,
    where: selector.default({}),
  })
  .refine(({ account, group }) => (account === undefined) !== (group === undefined), {
    error: 'Expected either `account` or `group`.',
    params: { expected: 'request with either `account` or `group`' },
  });
