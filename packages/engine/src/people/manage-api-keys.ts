import { type Grant, isPermissionPattern, MillraceError } from '@millrace/core';
import type { ApiKey } from '../ports/api-key-store.ts';
import type { Store } from '../ports/store.ts';
import { newApiKey } from './tokens.ts';

type CreateApiKey = Readonly<{
  account: string;
  name: string;
  /** null: all that the account may do. */
  scopes: readonly Grant[] | null;
  /** null: it does not expire. */
  lifeMs: number | null;
  by: string;
}>;

export type ApiKeys = Readonly<{
  /** `account` null: of all. */
  list(account: string | null): Promise<readonly ApiKey[]>;
  /** Codes: not_found. */
  get(id: string): Promise<ApiKey>;
  /** The key itself is told here and never again. Codes: not_found, invalid_request. */
  create(request: CreateApiKey): Promise<Readonly<{ apiKey: ApiKey; key: string }>>;
  /** Codes: not_found. */
  remove(id: string): Promise<void>;
}>;

const maxLifeMs = 10 * 366 * 86_400_000;

export function createApiKeys({ accounts, apiKeys }: Store): ApiKeys {
  return {
    list: (account) => apiKeys.list(account),
    async get(id) {
      const found = await apiKeys.get(id);
      if (found === null) throw noSuchKey(id);
      return found;
    },
    async create({ account, name, scopes, lifeMs, by }) {
      if ((await accounts.get(account)) === null) {
        throw new MillraceError('not_found', `There is no account ${account}.`, { hint: 'Make it first.' });
      }
      const wrong = (scopes ?? []).find(({ permission }) => !isPermissionPattern(permission));
      if (wrong !== undefined) {
        throw new MillraceError('invalid_request', `${JSON.stringify(wrong.permission)} means no permission.`, {
          hint: 'For example: run:read, run:*, *:read or *.',
        });
      }
      if (lifeMs !== null && (lifeMs <= 0 || lifeMs > maxLifeMs)) {
        throw new MillraceError('invalid_request', 'A key lives for ten years at most.', {
          hint: 'Leave it out for a key that does not expire.',
        });
      }
      const { id, key, hash } = newApiKey();
      const apiKey = await apiKeys.add({ id, hash, account, name, scopes, createdBy: by, lifeMs });
      return { apiKey, key };
    },
    async remove(id) {
      if (!(await apiKeys.remove(id))) throw noSuchKey(id);
    },
  };
}

export const noSuchKey = (id: string): MillraceError =>
  new MillraceError('not_found', `There is no API key ${id.slice(0, 40)}.`, {
    hint: 'millrace api-key list shows which there are.',
  });
