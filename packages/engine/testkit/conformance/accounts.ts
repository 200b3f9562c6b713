import { expect, it } from 'vitest';
import type { ConformanceStore } from './subject.ts';

export const newAccount = (name: string) => ({
  name,
  kind: 'user' as const,
  displayName: `${name} "ä"`,
  email: null,
  passwordHash: 'h1',
  createdBy: 'root',
});

export function accountFacts(subject: () => ConformanceStore): void {
  it('an account is added once, and comes back as it was given', async () => {
    const { store } = subject();
    expect(await store.accounts.add(newAccount('ada'))).toBe(true);
    expect(await store.accounts.add({ ...newAccount('ada'), kind: 'service', passwordHash: null })).toBe(false);
    expect(await store.accounts.add({ ...newAccount('bot'), kind: 'service', passwordHash: null })).toBe(true);
    const fresh = { disabled: false, signedInAt: null, failures: 0, lockedUntil: null, createdAt: await store.now() };
    expect(await store.accounts.get('ada')).toEqual({ ...newAccount('ada'), ...fresh });
    expect((await store.accounts.list()).map(({ name, kind }) => [name, kind])).toEqual([
      ['ada', 'user'],
      ['bot', 'service'],
    ]);
    expect(await store.accounts.get('Ada')).toBeNull();
  });

  it('of several servers that add the same account at once, one does', async () => {
    const { store, another } = subject();
    const { store: other } = await another();
    const added = await Promise.all([store, other, store, other].map((one) => one.accounts.add(newAccount('ada'))));
    expect(added.filter((yes) => yes)).toHaveLength(1);
  });

  it('a change touches what it names, also to nothing', async () => {
    const { store } = subject();
    await store.accounts.add({ ...newAccount('ada'), email: 'ada@example.org' });
    expect(await store.accounts.change('ada', { displayName: 'Ada' })).toMatchObject({
      displayName: 'Ada',
      email: 'ada@example.org',
      passwordHash: 'h1',
      disabled: false,
    });
    await store.accounts.change('ada', { email: null, disabled: true });
    expect(await store.accounts.get('ada')).toMatchObject({ displayName: 'Ada', email: null, disabled: true });
    expect(await store.accounts.change('nobody', { disabled: true })).toBeNull();
  });

  it('failures in a row lock an account for a while; a sign-in or a new password forgets them', async () => {
    const { store, advanceClock } = subject();
    await store.accounts.add(newAccount('ada'));
    const lock = { most: 2, lockMs: 1000 };
    await store.accounts.signInFailed('ada', lock);
    expect(await store.accounts.get('ada')).toMatchObject({ failures: 1, lockedUntil: null });
    await store.accounts.signInFailed('ada', lock);
    const at = await store.now();
    expect(await store.accounts.get('ada')).toMatchObject({ failures: 2, lockedUntil: at + 1000 });
    await store.accounts.change('ada', { passwordHash: 'h2' });
    expect(await store.accounts.get('ada')).toMatchObject({ failures: 0, lockedUntil: null, passwordHash: 'h2' });
    await store.accounts.signInFailed('ada', lock);
    await advanceClock(5);
    await store.accounts.signedIn('ada');
    expect(await store.accounts.get('ada')).toMatchObject({ failures: 0, lockedUntil: null, signedInAt: at + 5 });
    await store.accounts.signInFailed('nobody', lock);
    for (let time = 0; time < 2; time += 1) await store.accounts.signInFailed('ada', lock);
    expect(await store.accounts.unlock('ada')).toBe(true);
    expect(await store.accounts.get('ada')).toMatchObject({ failures: 0, lockedUntil: null, signedInAt: at + 5 });
    expect(await store.accounts.unlock('nobody')).toBe(false);
  });

  it('tries are counted by key, in a window that begins with the first', async () => {
    const { store, advanceClock } = subject();
    expect(await store.accounts.countTry('a', 100)).toBe(1);
    await advanceClock(99);
    expect(await store.accounts.countTry('a', 100)).toBe(2);
    expect(await store.accounts.countTry('b', 100)).toBe(1);
    await advanceClock(1);
    expect(await store.accounts.countTry('a', 100)).toBe(1);
    const more = await Promise.all(Array.from({ length: 5 }, () => store.accounts.countTry('c', 100)));
    expect(more.sort()).toEqual([1, 2, 3, 4, 5]);
  });

  it('a link is good once, and for its time; the next one takes its place', async () => {
    const { store, advanceClock } = subject();
    await store.accounts.add(newAccount('ada'));
    const link = (hash: string, account: string | null = 'ada') =>
      ({ hash, purpose: account === null ? 'set_up' : 'reset', account }) as const;
    await store.accounts.putLink(link('l1'), 1000);
    await store.accounts.putLink(link('l2'), 1000);
    await store.accounts.putLink(link('s1', null), 1000);
    await store.accounts.putLink(link('s2', null), 2000);
    expect(await store.accounts.findLink('l1')).toBeNull();
    expect(await store.accounts.findLink('l2')).toEqual(link('l2'));
    expect(await store.accounts.takeLink('s1')).toBeNull();
    const taken = await Promise.all([store.accounts.takeLink('l2'), store.accounts.takeLink('l2')]);
    expect(taken.filter((one) => one !== null)).toEqual([link('l2')]);
    await advanceClock(2000);
    expect(await store.accounts.findLink('s2')).toBeNull();
    expect(await store.accounts.takeLink('s2')).toBeNull();
  });

  it('with an account goes what it had', async () => {
    const { store } = subject();
    for (const name of ['ada', 'bob']) {
      await store.accounts.add(newAccount(name));
      await store.sessions.begin({
        id: `session of ${name}`,
        account: name,
        accessHash: `a ${name}`,
        accessMs: 1000,
        refreshHash: `r ${name}`,
        lifeMs: 1000,
        address: '::1',
        agent: '',
      });
      await store.apiKeys.add({
        id: name,
        hash: 'h',
        account: name,
        name: 'ci',
        scopes: null,
        createdBy: name,
        lifeMs: null,
      });
      await store.roles.bind({ subject: { kind: 'account', name }, role: 'viewer', where: {} });
      await store.accounts.putLink({ hash: `l ${name}`, purpose: 'reset', account: name }, 1000);
    }
    await store.roles.putGroup({ name: 'all', description: '' });
    await store.roles.addMember('all', 'ada');
    await store.roles.addMember('all', 'bob');
    expect(await store.accounts.remove('ada')).toBe(true);
    expect(await store.accounts.remove('ada')).toBe(false);
    expect(await store.sessions.find('a ada')).toBeNull();
    expect(await store.sessions.find('a bob')).not.toBeNull();
    expect(await store.apiKeys.use('ada', 'h')).toBeNull();
    expect(await store.accounts.findLink('l ada')).toBeNull();
    expect((await store.roles.groups())[0]?.members).toEqual(['bob']);
    expect((await store.roles.bindings()).map(({ subject: { name } }) => name)).toEqual(['bob']);
  });
}
