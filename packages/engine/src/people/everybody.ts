import { type Authority, type BoundRole, builtInRoles, type Role } from '@millrace/core';
import type { Account } from '../ports/account-store.ts';
import type { Binding, Group } from '../ports/role-store.ts';
import type { Store } from '../ports/store.ts';

/** Who there is, and who has what: what changes of rights are judged by. */
export type Everybody = Readonly<{
  accounts: readonly Account[];
  groups: readonly Group[];
  bindings: readonly Binding[];
  /** Those that people made. */
  roles: readonly Role[];
}>;

export async function readEverybody({ accounts, roles }: Pick<Store, 'accounts' | 'roles'>): Promise<Everybody> {
  const [all, groups, bindings, own] = await Promise.all([
    accounts.list(),
    roles.groups(),
    roles.bindings(),
    roles.list(),
  ]);
  return { accounts: all, groups, bindings, roles: own };
}

/** null: there is no such role (any more). */
export const roleNamed = ({ roles }: Pick<Everybody, 'roles'>, name: string): Role | null =>
  [...builtInRoles, ...roles].find((role) => role.name === name) ?? null;

export const groupsOf = ({ groups }: Pick<Everybody, 'groups'>, account: string): readonly string[] =>
  groups.filter(({ members }) => members.includes(account)).map(({ name }) => name);

/** The bindings of an account, its own and those of its groups. */
export function bindingsOf(everybody: Pick<Everybody, 'groups' | 'bindings'>, account: string): readonly Binding[] {
  const own = new Set(groupsOf(everybody, account));
  return everybody.bindings.filter(({ subject }) =>
    subject.kind === 'account' ? subject.name === account : own.has(subject.name),
  );
}

/** What an account may do with all that it has. */
export function authorityOf(everybody: Everybody, account: string): Authority {
  const roles = bindingsOf(everybody, account).flatMap(({ role: name, where }): readonly BoundRole[] => {
    const role = roleNamed(everybody, name);
    return role === null ? [] : [{ role, where }];
  });
  return { actor: account, roles, scopes: null };
}
