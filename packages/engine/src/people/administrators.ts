import type { Account } from '../ports/account-store.ts';
import type { Binding, Group } from '../ports/role-store.ts';

export type Everybody = Readonly<{
  accounts: readonly Account[];
  groups: readonly Group[];
  bindings: readonly Binding[];
}>;

/** People who can sign in and may do everything, everywhere, by themselves or by a group. */
export function administratorsOf({ accounts, groups, bindings }: Everybody): readonly string[] {
  const full = bindings.filter(({ role, where }) => role === 'admin' && Object.keys(where).length === 0);
  const names = new Set(
    full.flatMap(({ subject }) =>
      subject.kind === 'account'
        ? [subject.name]
        : (groups.find((group) => group.name === subject.name)?.members ?? []),
    ),
  );
  return accounts
    .filter(({ name, kind, disabled }) => kind === 'user' && !disabled && names.has(name))
    .map(({ name }) => name);
}
