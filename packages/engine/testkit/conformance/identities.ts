import { expect, it } from 'vitest';
import { newAccount } from './accounts.ts';
import type { ConformanceStore } from './subject.ts';

const identity = { issuer: 'https://id.example', subject: 'a "1"', account: 'ada', provider: 'company' };

export function identityFacts(subject: () => ConformanceStore): void {
  it('an identity finds its account by issuer and subject, both as they are written', async () => {
    const { store } = subject();
    await store.accounts.add(newAccount('ada'));
    expect(await store.identities.find(identity)).toBeNull();
    expect(await store.identities.link(identity)).toBe(true);
    expect(await store.identities.find(identity)).toBe('ada');
    expect(await store.identities.find({ ...identity, subject: 'A "1"' })).toBeNull();
    expect(await store.identities.find({ ...identity, issuer: 'https://id.example/' })).toBeNull();
  });

  it('it is linked once, whoever tries, and an account may have several', async () => {
    const { store, another } = subject();
    const { store: other } = await another();
    await store.accounts.add(newAccount('ada'));
    await store.accounts.add(newAccount('bob'));
    const tried = await Promise.all([
      store.identities.link(identity),
      other.identities.link({ ...identity, account: 'bob' }),
    ]);
    expect(tried.filter((linked) => linked)).toHaveLength(1);
    const owner = (await store.identities.find(identity)) ?? '';
    await store.identities.link({ ...identity, account: owner, subject: 'b', provider: 'another' });
    const at = await store.now();
    expect(await store.identities.of(owner)).toEqual([
      { ...identity, account: owner, subject: 'b', provider: 'another', linkedAt: at },
      { ...identity, account: owner, linkedAt: at },
    ]);
    expect(await store.identities.of('nobody')).toEqual([]);
  });

  it('it is taken from its own account only, and can be linked again', async () => {
    const { store } = subject();
    await store.accounts.add(newAccount('ada'));
    await store.accounts.add(newAccount('bob'));
    await store.identities.link(identity);
    expect(await store.identities.unlink({ ...identity, account: 'bob' })).toBe(false);
    expect(await store.identities.unlink({ ...identity, subject: 'b' })).toBe(false);
    expect(await store.identities.find(identity)).toBe('ada');
    expect(await store.identities.unlink(identity)).toBe(true);
    expect(await store.identities.unlink(identity)).toBe(false);
    expect(await store.identities.find(identity)).toBeNull();
    expect(await store.identities.link({ ...identity, account: 'bob' })).toBe(true);
  });

  it('it goes with its account, and is linked to nobody that there is not', async () => {
    const { store } = subject();
    expect(await store.identities.link(identity)).toBe(false);
    await store.accounts.add(newAccount('ada'));
    await store.identities.link(identity);
    await store.accounts.remove('ada');
    expect(await store.identities.find(identity)).toBeNull();
    await store.accounts.add(newAccount('ada'));
    expect(await store.identities.find(identity)).toBeNull();
    expect(await store.identities.of('ada')).toEqual([]);
  });
}
