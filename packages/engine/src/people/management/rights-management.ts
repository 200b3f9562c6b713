import { MillraceError, type Role } from '@millrace/core';
import type { Binding, Group } from '../../ports/role-store.ts';
import type { Store } from '../../ports/store.ts';
import type { Actor } from '../actor.ts';
import { type Everybody, readEverybody, roleNamed } from '../everybody.ts';
import type { Roles } from '../manage-roles.ts';
import { normalName } from '../sign-in.ts';
import { checkBinding, checkGroup, checkRole } from './may-manage.ts';

/** Groups, roles and who has them. Each refuses (`forbidden`) what would give or take more than the caller has. */
export type RightsManagement = Readonly<{
  groups(): Promise<readonly Group[]>;
  /** Codes: not_found. */
  group(name: string): Promise<Group>;
  /** Makes it, or describes it anew. Codes: invalid_request, forbidden. */
  putGroup(actor: Actor, group: Readonly<{ name: string; description: string }>): Promise<Group>;
  /** Codes: not_found, forbidden, last_administrator. */
  removeGroup(actor: Actor, name: string): Promise<void>;
  /** Codes: not_found, forbidden, last_administrator. */
  addMember(actor: Actor, group: string, account: string): Promise<Group>;
  /** Codes: not_found, forbidden, last_administrator. */
  removeMember(actor: Actor, group: string, account: string): Promise<Group>;
  /** The built-in ones first. */
  roles(): Promise<readonly Role[]>;
  /** Codes: not_found. */
  role(name: string): Promise<Role>;
  /** Codes: invalid_request, forbidden, last_administrator. */
  putRole(actor: Actor, role: Role): Promise<Role>;
  /** Codes: not_found, invalid_request, forbidden, last_administrator. */
  removeRole(actor: Actor, name: string): Promise<void>;
  bindings(): Promise<readonly Binding[]>;
  /** Codes: not_found, forbidden, last_administrator. */
  bind(actor: Actor, binding: Binding): Promise<void>;
  /** Codes: not_found, forbidden, last_administrator. */
  unbind(actor: Actor, binding: Binding): Promise<void>;
}>;

export function createRightsManagement(store: Store, roles: Roles): RightsManagement {
  const findGroup = async (given: string): Promise<Group> => {
    const name = normalName(given);
    const all = await roles.groups();
    const found = all.find((group) => group.name === name);
    if (found !== undefined) return found;
    throw new MillraceError('not_found', `There is no group ${name}.`, { hint: listHint(all, 'group') });
  };
  const findRole = async (name: string): Promise<Role> => {
    const all = await roles.list();
    const found = all.find((role) => role.name === name);
    if (found !== undefined) return found;
    throw new MillraceError('not_found', `There is no role ${name}.`, { hint: listHint(all, 'role') });
  };
  /** A binding of a role that there is not (any more) gives nothing, so it may be taken away by anybody. */
  const checkGiven = (actor: Actor, everybody: Everybody, binding: Binding): void => {
    const role = roleNamed(everybody, binding.role);
    if (role !== null) checkBinding(actor, role, binding);
  };

  return {
    groups: () => roles.groups(),
    group: findGroup,
    async putGroup(actor, { name: given, description }) {
      const name = normalName(given);
      checkGroup(actor, await readEverybody(store), name);
      await roles.putGroup({ name, description });
      return findGroup(name);
    },
    async removeGroup(actor, given) {
      const { name } = await findGroup(given);
      checkGroup(actor, await readEverybody(store), name);
      await roles.removeGroup(name);
    },
    async addMember(actor, given, account) {
      const { name } = await findGroup(given);
      checkGroup(actor, await readEverybody(store), name);
      await roles.addMember(name, normalName(account));
      return findGroup(name);
    },
    async removeMember(actor, given, account) {
      const { name } = await findGroup(given);
      checkGroup(actor, await readEverybody(store), name);
      await roles.removeMember(name, normalName(account));
      return findGroup(name);
    },
    roles: () => roles.list(),
    role: findRole,
    async putRole(actor, role) {
      checkRole(actor, role);
      const before = roleNamed(await readEverybody(store), role.name);
      if (before !== null) checkRole(actor, before);
      await roles.put(role);
      return role;
    },
    async removeRole(actor, name) {
      checkRole(actor, await findRole(name));
      await roles.remove(name);
    },
    bindings: () => roles.bindings(),
    async bind(actor, given) {
      await findRole(given.role);
      const binding = named(given);
      checkGiven(actor, await readEverybody(store), binding);
      await roles.bind(binding);
    },
    async unbind(actor, given) {
      const binding = named(given);
      checkGiven(actor, await readEverybody(store), binding);
      await roles.unbind(binding);
    },
  };
}

const named = ({ subject, role, where }: Binding): Binding => ({
  subject: { kind: subject.kind, name: normalName(subject.name) },
  role,
  where,
});

function listHint(all: readonly Readonly<{ name: string }>[], what: 'group' | 'role'): string {
  const names = all.slice(0, 20).map(({ name }) => name);
  return names.length === 0 ? `There are none: millrace ${what} add makes one.` : `There are: ${names.join(', ')}.`;
}
