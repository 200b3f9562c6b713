import type { Grant, Instant } from '@millrace/core';
import type { Caller } from './role-store.ts';

export type ApiKey = Readonly<{
  /** The part that is shown; it begins the key. */
  id: string;
  account: string;
  name: string;
  /** What it may do of what its account may; null: all of it. */
  scopes: readonly Grant[] | null;
  createdAt: Instant;
  createdBy: string;
  /** null: it does not expire. */
  until: Instant | null;
  usedAt: Instant | null;
}>;

export type NewApiKey = Pick<ApiKey, 'id' | 'account' | 'name' | 'scopes' | 'createdBy'> &
  Readonly<{ hash: string; lifeMs: number | null }>;

/** Keys of programs. Of a key its hash is stored. */
export type ApiKeyStore = Readonly<{
  add(key: NewApiKey): Promise<ApiKey>;
  /** One that is good still; noted as used, at most once a minute. In one round trip, as each request asks it. */
  use(id: string, hash: string): Promise<Readonly<{ apiKey: ApiKey; caller: Caller }> | null>;
  /** Those of an account, or (null) all, expired ones too; by account and time. */
  list(account: string | null): Promise<readonly ApiKey[]>;
  get(id: string): Promise<ApiKey | null>;
  remove(id: string): Promise<boolean>;
}>;
