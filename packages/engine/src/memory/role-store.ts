import { canonicalJson, type Json } from '@millrace/core';
import type { Binding, Caller, Holdings, RoleStore } from '../ports/index.ts';
import type { MemoryState } from './memory-state.ts';
import type { PeopleState } from './people-state.ts';

const keyOf = ({ subject, role, where }: Binding): string =>
  JSON.stringify([subject.kind, subject.name, role, canonicalJson(where as Json)]);

const byName = (a: Readonly<{ name: string }>, b: Readonly<{ name: string }>): number => (a.name < b.name ? -1 : 1);

export function createRoleStore({ people }: MemoryState): RoleStore {
  const { accounts, groups, roles, bindings } = people;
  const drop = (matches: (binding: Binding) => boolean): void => {
    for (const [key, binding] of bindings) if (matches(binding)) bindings.delete(key);
  };
  return {
    async groups() {
      return [...groups]
        .map(([name, { description, members }]) => ({ name, description, members: [...members].sort() }))
        .sort(byName);
    },
    async putGroup({ name, description }) {
      groups.set(name, { description, members: groups.get(name)?.members ?? new Set() });
    },
    async removeGroup(name) {
      if (!groups.delete(name)) return false;
      drop(({ subject }) => subject.kind === 'group' && subject.name === name);
      return true;
    },
    async addMember(group, account) {
      const found = groups.get(group);
      if (found === undefined || !accounts.has(account)) return false;
      found.members.add(account);
      return true;
    },
    async removeMember(group, account) {
      return groups.get(group)?.members.delete(account) ?? false;
    },
    async list() {
      return [...roles.values()].sort(byName);
    },
    async put(role) {
      roles.set(role.name, role);
    },
    async remove(name) {
      if (!roles.delete(name)) return false;
      drop(({ role }) => role === name);
      return true;
    },
    async bindings() {
      return sorted(people);
    },
    async bind(binding) {
      bindings.set(keyOf(binding), binding);
    },
    async unbind(binding) {
      return bindings.delete(keyOf(binding));
    },
    async holdings(account) {
      return holdingsOf(people, account);
    },
  };
}

const sorted = ({ bindings }: PeopleState): readonly Binding[] =>
  [...bindings].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, one]) => one);

function holdingsOf(people: PeopleState, account: string): Holdings {
  const own = [...people.groups].filter(([, { members }]) => members.has(account)).map(([name]) => name);
  const held = sorted(people).filter(({ subject }) =>
    subject.kind === 'account' ? subject.name === account : own.includes(subject.name),
  );
  const named = [...people.roles.values()].filter(({ name }) => held.some(({ role }) => role === name));
  return { groups: own.sort(), bindings: held, roles: named.sort(byName) };
}

/** null: the account is gone. */
export function callerOf(people: PeopleState, name: string): Caller | null {
  const account = people.accounts.get(name);
  return account === undefined ? null : { account, holdings: holdingsOf(people, name) };
}
