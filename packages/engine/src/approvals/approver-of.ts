import { type Approver, builtInRoles } from '@millrace/core';
import type { Actor } from '../people/actor.ts';
import { normalName } from '../people/sign-in.ts';
import type { Store } from '../ports/store.ts';

/** Whom nobody asks in which groups he is or which roles he has: he sits at the machine, or holds its token. */
export const everywhere = { groups: 'all', roles: 'all' } as const satisfies Omit<Approver, 'name'>;

/** Whoever makes a request, as approvals look at him. */
export function approverOf({ name, kind, groups, authority }: Actor): Approver {
  if (kind === 'local' || kind === 'token') return { name, ...everywhere };
  const roles = authority.roles.map(({ role, where }) => ({ role: role.name, where }));
  return { name, groups, roles, ...(kind === 'service' ? { service: true } : {}) };
}

/** Somebody of that name: as the account that there is, or, where there is none, as whoever may name people. */
export async function approverNamed(
  { accounts, roles }: Pick<Store, 'accounts' | 'roles'>,
  given: string,
): Promise<Approver> {
  const name = normalName(given);
  const [account, holdings] = await Promise.all([accounts.get(name), roles.holdings(name)]);
  if (account === null) return { name: given, ...everywhere };
  const known = new Set([...builtInRoles, ...holdings.roles].map((role) => role.name));
  return {
    name,
    groups: holdings.groups,
    roles: holdings.bindings.filter(({ role }) => known.has(role)),
    ...(account.kind === 'service' ? { service: true } : {}),
  };
}
