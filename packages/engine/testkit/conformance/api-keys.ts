import { expect, it } from 'vitest';
import { newAccount } from './accounts.ts';
import type { ConformanceStore } from './subject.ts';

const key = (id: string, account = 'ada') => ({
  id,
  hash: `h ${id}`,
  account,
  name: 'ci "ä"',
  scopes: [{ effect: 'allow', permission: 'run:*', where: { workspace: 'shop' } }] as const,
  createdBy: 'root',
  lifeMs: null,
});

export function apiKeyFacts(subject: () => ConformanceStore): void {
  it('a key is used by its id and hash, until it expires', async () => {
    const { store, advanceClock } = subject();
    await store.accounts.add(newAccount('ada'));
    const at = await store.now();
    const added = await store.apiKeys.add({ ...key('k1'), lifeMs: 1000 });
    const { hash: _, lifeMs: __, ...shown } = key('k1');
    expect(added).toEqual({ ...shown, createdAt: at, until: at + 1000, usedAt: null });
    expect(await store.apiKeys.use('k1', 'h k2')).toBeNull();
    expect(await store.apiKeys.use('k2', 'h k1')).toBeNull();
    expect(await store.apiKeys.get('k1')).toEqual(added);
    expect((await store.apiKeys.use('k1', 'h k1'))?.apiKey).toEqual({ ...added, usedAt: at });
    await advanceClock(1000);
    expect(await store.apiKeys.use('k1', 'h k1')).toBeNull();
    expect(await store.apiKeys.list('ada')).toEqual([{ ...added, usedAt: at }]);
  });

  it('its use is noted once a minute', async () => {
    const { store, advanceClock } = subject();
    await store.accounts.add(newAccount('ada'));
    await store.apiKeys.add({ ...key('k1'), scopes: null });
    const at = await store.now();
    expect((await store.apiKeys.use('k1', 'h k1'))?.apiKey).toMatchObject({ usedAt: at, scopes: null, until: null });
    await advanceClock(59_999);
    expect((await store.apiKeys.use('k1', 'h k1'))?.apiKey).toMatchObject({ usedAt: at });
    await advanceClock(1);
    expect((await store.apiKeys.use('k1', 'h k1'))?.apiKey).toMatchObject({ usedAt: at + 60_000 });
    expect(await store.apiKeys.get('k1')).toMatchObject({ usedAt: at + 60_000 });
  });

  it('lists are by account and time, of one account or all; a removed key is gone', async () => {
    const { store, advanceClock } = subject();
    for (const name of ['ada', 'bob']) await store.accounts.add(newAccount(name));
    await store.apiKeys.add(key('k3', 'bob'));
    await store.apiKeys.add(key('k2'));
    await advanceClock(1);
    await store.apiKeys.add(key('k1'));
    const ids = async (account: string | null) => (await store.apiKeys.list(account)).map(({ id }) => id);
    expect(await ids(null)).toEqual(['k2', 'k1', 'k3']);
    expect(await ids('bob')).toEqual(['k3']);
    expect(await store.apiKeys.remove('k2')).toBe(true);
    expect(await store.apiKeys.remove('k2')).toBe(false);
    expect(await store.apiKeys.use('k2', 'h k2')).toBeNull();
    expect(await store.apiKeys.get('k2')).toBeNull();
  });
}
