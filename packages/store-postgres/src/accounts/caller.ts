import type { Caller } from '@millrace/engine';
import { readStatement, type Statement } from '../connections/statement.ts';
import { type BindingRow, decodeBinding, decodeRole, type RoleRow } from '../roles/role-rows.ts';
import { type AccountRow, decodeAccount } from './account-rows.ts';

/** What `caller.sql` adds to a row; JSON that comes parsed. */
export type CallerRow = Readonly<{
  caller: AccountRow;
  groups: readonly string[];
  bindings: readonly BindingRow[];
  roles: readonly RoleRow[];
}>;

const caller = readStatement(import.meta.url, 'caller');

/**
 * A statement from the `.sql` file beside the module `from` that finds who is shown, and tells who that is and what he may do:
 * each request of the API asks that, so it is one round trip.
 */
export function readCallerStatement(from: string, name: string): Statement {
  return { name, text: `${readStatement(from, name).text.trimEnd()},\n${caller.text}` };
}

export const decodeCaller = (row: CallerRow): Caller => ({
  account: decodeAccount(row.caller),
  holdings: {
    groups: row.groups,
    bindings: row.bindings.map(decodeBinding),
    roles: row.roles.map(decodeRole),
  },
});
