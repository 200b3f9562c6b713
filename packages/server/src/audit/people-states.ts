import type { Json } from '@millrace/core';
import type { Engine } from '@millrace/engine';

// Of people the audit log tells how they stand, before and after. Passwords and tokens are in none of it.

export const userState = async ({ store }: Engine, { params }: Named<'user'>): Promise<Json> =>
  accountState(store, params.user);

export const serviceAccountState = async ({ store }: Engine, { params }: Named<'account'>): Promise<Json> =>
  accountState(store, params.account);

export const groupState = async ({ people }: Engine, { params }: Named<'group'>): Promise<Json> => {
  const found = (await people.roles.groups()).find(({ name }) => name === params.group);
  return (found ?? null) as Json;
};

export const roleState = async ({ people }: Engine, { params }: Named<'role'>): Promise<Json> => {
  const found = (await people.roles.list()).find(({ name }) => name === params.role);
  return (found ?? null) as Json;
};

export const apiKeyState = async ({ store }: Engine, { params }: Named<'key'>): Promise<Json> => {
  const found = await store.apiKeys.get(params.key);
  return found === null ? null : { account: found.account, name: found.name, scopes: found.scopes as Json };
};

type Named<Key extends string> = Readonly<{ params: Readonly<Record<Key, string>> }>;

async function accountState({ accounts }: Engine['store'], name: string): Promise<Json> {
  const found = await accounts.get(name.trim().toLowerCase());
  if (found === null) return null;
  const { displayName, email, disabled, lockedUntil } = found;
  return { displayName, email, disabled, lockedUntil };
}
