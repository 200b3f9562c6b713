import {
  builtInRoles,
  canonicalJson,
  isBuiltInRole,
  isPermissionPattern,
  type Json,
  MillraceError,
  type Role,
} from '@millrace/core';
import type { Binding, Group } from '../ports/role-store.ts';
import type { Store } from '../ports/store.ts';
import { keepAdministrator } from './keep-administrator.ts';
import { checkPeopleName } from './manage-accounts.ts';

export type Roles = Readonly<{
  /** The built-in ones first. */
  list(): Promise<readonly Role[]>;
  /** Codes: invalid_request, last_administrator. */
  put(role: Role): Promise<void>;
  /** Codes: not_found, invalid_request, last_administrator. */
  remove(name: string): Promise<void>;
  bindings(): Promise<readonly Binding[]>;
  /** Codes: not_found (role or subject), last_administrator (a role that denies). */
  bind(binding: Binding): Promise<void>;
  /** Codes: not_found, last_administrator. */
  unbind(binding: Binding): Promise<void>;
  groups(): Promise<readonly Group[]>;
  /** Codes: invalid_request. */
  putGroup(group: Readonly<{ name: string; description: string }>): Promise<void>;
  /** Codes: not_found, last_administrator. */
  removeGroup(name: string): Promise<void>;
  /** Codes: not_found, last_administrator. */
  addMember(group: string, account: string): Promise<void>;
  /** Codes: not_found, last_administrator. */
  removeMember(group: string, account: string): Promise<void>;
}>;

export function createRoles(store: Store): Roles {
  const { accounts, roles } = store;
  const list = async (): Promise<readonly Role[]> => [...builtInRoles, ...(await roles.list())];

  const checkSubject = async ({ kind, name }: Binding['subject']): Promise<void> => {
    if (kind === 'account' && (await accounts.get(name)) !== null) return;
    if (kind === 'group' && (await roles.groups()).some((group) => group.name === name)) return;
    throw missing(kind, name);
  };

  return {
    list,
    async put(role) {
      checkPeopleName(role.name, 'a role');
      if (isBuiltInRole(role.name)) throw builtIn(role.name);
      const wrong = role.grants.find(({ permission }) => !isPermissionPattern(permission));
      if (wrong !== undefined) {
        throw new MillraceError('invalid_request', `${JSON.stringify(wrong.permission)} means no permission.`, {
          hint: 'For example: run:read, run:*, *:read or *. The security guide lists them.',
        });
      }
      await keepAdministrator(store, (now) => ({
        ...now,
        roles: [...now.roles.filter(({ name }) => name !== role.name), role],
      }));
      await roles.put(role);
    },
    async remove(name) {
      if (isBuiltInRole(name)) throw builtIn(name);
      await keepAdministrator(store, (now) => ({ ...now, roles: now.roles.filter((role) => role.name !== name) }));
      if (!(await roles.remove(name))) throw missing('role', name);
    },
    bindings: () => roles.bindings(),
    async bind(binding) {
      if (!(await list()).some(({ name }) => name === binding.role)) throw missing('role', binding.role);
      await checkSubject(binding.subject);
      await keepAdministrator(store, (now) => ({ ...now, bindings: [...now.bindings, binding] }));
      await roles.bind(binding);
    },
    async unbind(binding) {
      await keepAdministrator(store, (now) => ({
        ...now,
        bindings: now.bindings.filter((one) => !isSameBinding(one, binding)),
      }));
      if (!(await roles.unbind(binding))) {
        throw new MillraceError('not_found', `${binding.subject.name} has not the role ${binding.role} there.`, {
          hint: 'millrace role bindings lists who has which role, and where.',
        });
      }
    },
    groups: () => roles.groups(),
    async putGroup(group) {
      checkPeopleName(group.name, 'a group');
      await roles.putGroup(group);
    },
    async removeGroup(name) {
      await keepAdministrator(store, (now) => ({ ...now, groups: now.groups.filter((one) => one.name !== name) }));
      if (!(await roles.removeGroup(name))) throw missing('group', name);
    },
    async addMember(group, account) {
      await keepAdministrator(store, (now) => ({
        ...now,
        groups: now.groups.map((one) => (one.name === group ? { ...one, members: [...one.members, account] } : one)),
      }));
      if (await roles.addMember(group, account)) return;
      await checkSubject({ kind: 'group', name: group });
      throw missing('account', account);
    },
    async removeMember(group, account) {
      await keepAdministrator(store, (now) => ({
        ...now,
        groups: now.groups.map((one) =>
          one.name === group ? { ...one, members: one.members.filter((name) => name !== account) } : one,
        ),
      }));
      if (await roles.removeMember(group, account)) return;
      throw new MillraceError('not_found', `${account} is no member of ${group}.`, {
        hint: 'millrace group list shows the members of each group.',
      });
    },
  };
}

const isSameBinding = (one: Binding, other: Binding): boolean =>
  canonicalJson(one as unknown as Json) === canonicalJson(other as unknown as Json);

const missing = (what: string, name: string): MillraceError =>
  new MillraceError('not_found', `There is no ${what} ${name}.`, {
    hint: `millrace ${what === 'account' ? 'user' : what} list shows which there are.`,
  });

const builtIn = (name: string): MillraceError =>
  new MillraceError('invalid_request', `${name} is a built-in role, which cannot be changed.`, {
    hint: 'Make a role of another name.',
  });
