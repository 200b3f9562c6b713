// People, groups, roles and keys as permissions see them: they belong to no workspace, and have names. A key is judged by the
// name of its account.
import { namedObject } from '@millrace/core';
import type { Engine } from '@millrace/engine';
import type { Missing } from './asked.ts';

/** As the engine does: else capitals would get around a denial. */
const ofAccount = (name: string) => namedObject(null, name.trim().toLowerCase());

const missing = (what: string, name: string): Missing => ({
  code: 'not_found',
  message: `There is no ${what} "${name}".`,
});

type Params<Name extends string> = Readonly<{ params: Readonly<Record<Name, string>> }>;
type Body<Name extends string> = Readonly<{ body: Readonly<Record<Name, string>> }>;

export const user = {
  kind: 'named',
  object: ({ params }: Params<'user'>) => ofAccount(params.user),
  missing: ({ params }: Params<'user'>) => missing('user', params.user),
} as const;

export const account = {
  kind: 'named',
  object: ({ params }: Params<'account'>) => ofAccount(params.account),
  missing: ({ params }: Params<'account'>) => missing('service account', params.account),
} as const;

export const createdAccount = {
  kind: 'named',
  object: ({ body }: Body<'name'>) => ofAccount(body.name),
  missing: null,
} as const;

export const group = {
  kind: 'named',
  object: ({ params }: Params<'group'>) => namedObject(null, params.group),
  missing: ({ params }: Params<'group'>) => missing('group', params.group),
} as const;

export const putGroup = { ...group, missing: null } as const;

export const role = {
  kind: 'named',
  object: ({ params }: Params<'role'>) => namedObject(null, params.role),
  missing: ({ params }: Params<'role'>) => missing('role', params.role),
} as const;

export const putRole = { ...role, missing: null } as const;

/** Who gives a role away, or takes it back. What he must have himself for that, the engine asks behind this. */
export const givenRole = {
  kind: 'named',
  object: ({ body }: Body<'role'>) => namedObject(null, body.role),
  missing: null,
} as const;

export const createdKey = {
  kind: 'named',
  object: ({ body }: Body<'account'>) => ofAccount(body.account),
  missing: null,
} as const;

export const key = {
  kind: 'found',
  find: async (engine: Engine, { params }: Params<'key'>) => {
    const found = await engine.store.apiKeys.get(params.key);
    return found === null ? null : ofAccount(found.account);
  },
  missing: ({ params }: Params<'key'>) => missing('API key', params.key),
} as const;
