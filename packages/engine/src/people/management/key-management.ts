import type { Grant } from '@millrace/core';
import type { ApiKey } from '../../ports/api-key-store.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Store } from '../../ports/store.ts';
import type { Actor } from '../actor.ts';
import { readEverybody } from '../everybody.ts';
import type { Accounts } from '../manage-accounts.ts';
import { type ApiKeys, noSuchKey } from '../manage-api-keys.ts';
import { checkAccount, checkNewKey } from './may-manage.ts';

type NewKeyRequest = Readonly<{
  account: string;
  name: string;
  /** null: all that the account may do. */
  scopes: readonly Grant[] | null;
  /** null: it does not expire. */
  lifeMs: number | null;
}>;

export type KeyManagement = Readonly<{
  /** `account` null: of all. */
  list(account: string | null): Promise<readonly ApiKey[]>;
  /** Codes: not_found. */
  get(id: string): Promise<ApiKey>;
  /** The key itself is told here and never again. Codes: not_found, invalid_request, forbidden. */
  create(actor: Actor, request: NewKeyRequest): Promise<Readonly<{ apiKey: ApiKey; key: string }>>;
  /** Codes: not_found, forbidden. */
  revoke(actor: Actor, id: string): Promise<void>;
  /** One of the caller's own. Codes: not_found. */
  revokeOwn(actor: Actor, id: string): Promise<void>;
}>;

type Parts = Readonly<{ store: Store; clock: Clock; accounts: Accounts; apiKeys: ApiKeys }>;

export function createKeyManagement({ store, clock, accounts, apiKeys }: Parts): KeyManagement {
  return {
    list: (account) => apiKeys.list(account),
    get: (id) => apiKeys.get(id),
    async create(actor, request) {
      const account = await accounts.get(request.account);
      const shown = actor.apiKey === null ? null : await apiKeys.get(actor.apiKey);
      checkNewKey(actor, await readEverybody(store), account, request, shown, clock.now());
      return apiKeys.create({ ...request, account: account.name, by: actor.name });
    },
    async revoke(actor, id) {
      const { account } = await apiKeys.get(id);
      if (account !== actor.name) checkAccount(actor, await readEverybody(store), await accounts.get(account));
      await apiKeys.remove(id);
    },
    async revokeOwn(actor, id) {
      const found = await store.apiKeys.get(id);
      // Another's is none at all: nobody learns which there are.
      if (found?.account !== actor.name) throw noSuchKey(id);
      await apiKeys.remove(id);
    },
  };
}
