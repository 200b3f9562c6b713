import { canonicalJson, type Json } from '@millrace/core';
import type { Binding, Group, RoleStore } from '@millrace/engine';
import type { Database } from '../connections/database.ts';
import { readStatement } from '../connections/statement.ts';
import { type BindingRow, decodeBinding, decodeRole, type RoleRow } from './role-rows.ts';

const listGroups = readStatement(import.meta.url, 'list-groups');
const putGroup = readStatement(import.meta.url, 'put-group');
const removeGroup = readStatement(import.meta.url, 'remove-group');
const addMember = readStatement(import.meta.url, 'add-member');
const removeMember = readStatement(import.meta.url, 'remove-member');
const listRoles = readStatement(import.meta.url, 'list-roles');
const putRole = readStatement(import.meta.url, 'put-role');
const removeRole = readStatement(import.meta.url, 'remove-role');
const listBindings = readStatement(import.meta.url, 'list-bindings');
const addBinding = readStatement(import.meta.url, 'add-binding');
const removeBinding = readStatement(import.meta.url, 'remove-binding');
const holdings = readStatement(import.meta.url, 'holdings');

/** `text` is the place of a binding, or the description of a role. */
type HoldingRow = Readonly<{ name: string; text: string; grants: string }> &
  Readonly<{ row_kind: 'group' | 'binding' | 'role'; subject_kind: Binding['subject']['kind']; subject: string }>;

export function createRoleStore(database: Database): RoleStore {
  const changes = async (statement: typeof removeRole, values: readonly unknown[]): Promise<boolean> =>
    (await database.query(statement, values)).length > 0;
  return {
    groups: () => database.query<Group>(listGroups, []),
    async putGroup({ name, description }) {
      await database.query(putGroup, [name, description]);
    },
    removeGroup: (name) => changes(removeGroup, [name]),
    addMember: (group, account) => changes(addMember, [group, account]),
    removeMember: (group, account) => changes(removeMember, [group, account]),
    async list() {
      return (await database.query<RoleRow>(listRoles, [])).map(decodeRole);
    },
    async put({ name, description, grants }) {
      await database.query(putRole, [name, description, JSON.stringify(grants)]);
    },
    remove: (name) => changes(removeRole, [name]),
    async bindings() {
      return (await database.query<BindingRow>(listBindings, [])).map(decodeBinding);
    },
    async bind(binding) {
      await database.query(addBinding, bindingValues(binding));
    },
    unbind: (binding) => changes(removeBinding, bindingValues(binding)),
    async holdings(account) {
      const rows = await database.query<HoldingRow>(holdings, [account]);
      const of = (kind: HoldingRow['row_kind']) => rows.filter((row) => row.row_kind === kind);
      return {
        groups: of('group').map(({ name }) => name),
        bindings: of('binding').map((row) => decodeBinding({ ...row, role: row.name, place: row.text })),
        roles: of('role').map((row) => decodeRole({ ...row, description: row.text })),
      };
    },
  };
}

const bindingValues = ({ subject, role, where }: Binding): readonly string[] => [
  subject.kind,
  subject.name,
  role,
  canonicalJson(where as Json),
];
