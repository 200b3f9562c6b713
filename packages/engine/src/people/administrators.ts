import { isUnlimitedReach, permissions, reachOf } from '@millrace/core';
import { authorityOf, type Everybody } from './everybody.ts';

/**
 * People who can sign in and may do everything, everywhere, by whichever roles. Whom a role denies something is none: he
 * could not give it back to himself.
 */
export function administratorsOf(everybody: Everybody): readonly string[] {
  return everybody.accounts
    .filter(({ kind, disabled }) => kind === 'user' && !disabled)
    .map(({ name }) => name)
    .filter((name) => mayEverything(everybody, name));
}

function mayEverything(everybody: Everybody, name: string): boolean {
  const authority = authorityOf(everybody, name);
  return permissions.every((permission) => isUnlimitedReach(reachOf(authority, permission)));
}
