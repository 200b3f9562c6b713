// What people change about people: the use cases beside this folder, behind the rules of may-manage.ts. Whoever signs in, sets
// a server up or comes from an outside directory goes past them; nobody else does.
import type { Clock } from '../../ports/clock.ts';
import type { Store } from '../../ports/store.ts';
import type { IdentityLinks } from '../identity-links.ts';
import type { Accounts } from '../manage-accounts.ts';
import type { ApiKeys } from '../manage-api-keys.ts';
import type { Roles } from '../manage-roles.ts';
import { type AccountManagement, createAccountManagement } from './account-management.ts';
import { createKeyManagement, type KeyManagement } from './key-management.ts';
import { createRightsManagement, type RightsManagement } from './rights-management.ts';

export type Management = Readonly<{
  accounts: AccountManagement;
  rights: RightsManagement;
  apiKeys: KeyManagement;
}>;

type Parts = Readonly<{
  store: Store;
  clock: Clock;
  accounts: Accounts;
  roles: Roles;
  apiKeys: ApiKeys;
  links: IdentityLinks;
}>;

export function createManagement({ store, clock, accounts, roles, apiKeys, links }: Parts): Management {
  return {
    accounts: createAccountManagement(store, accounts, links),
    rights: createRightsManagement(store, roles),
    apiKeys: createKeyManagement({ store, clock, accounts, apiKeys }),
  };
}
