import { expect, it } from 'vitest';
import type { Binding } from '../../src/ports/index.ts';
import { newAccount } from './accounts.ts';
import type { ConformanceStore } from './subject.ts';

const role = (name: string) => ({
  name,
  description: `${name} "ä"`,
  grants: [{ effect: 'deny', permission: 'run:read', where: { workspace: 'p*', own: true } }] as const,
});

const session = { accessHash: 'a', accessMs: 100, refreshHash: 'r', lifeMs: 100, address: '::1', agent: '' };
const apiKey = { id: 'k', hash: 'h' };

export function roleFacts(subject: () => ConformanceStore): void {
  it('roles come back as they were put; another put takes their place', async () => {
    const { store } = subject();
    await store.roles.put(role('b'));
    await store.roles.put({ ...role('a'), description: 'first' });
    await store.roles.put(role('a'));
    expect(await store.roles.list()).toEqual([role('a'), role('b')]);
    expect(await store.roles.remove('a')).toBe(true);
    expect(await store.roles.remove('a')).toBe(false);
    expect(await store.roles.list()).toEqual([role('b')]);
  });

  it('groups have members that there are', async () => {
    const { store } = subject();
    await store.accounts.add(newAccount('bob'));
    await store.accounts.add(newAccount('ada'));
    await store.roles.putGroup({ name: 'staff', description: 'old' });
    for (const name of ['bob', 'ada', 'ada']) expect(await store.roles.addMember('staff', name)).toBe(true);
    expect(await store.roles.addMember('staff', 'nobody')).toBe(false);
    expect(await store.roles.addMember('none', 'ada')).toBe(false);
    await store.roles.putGroup({ name: 'staff', description: 'new' });
    await store.roles.putGroup({ name: 'empty', description: '' });
    expect(await store.roles.groups()).toEqual([
      { name: 'empty', description: '', members: [] },
      { name: 'staff', description: 'new', members: ['ada', 'bob'] },
    ]);
    expect(await store.roles.removeMember('staff', 'bob')).toBe(true);
    expect(await store.roles.removeMember('staff', 'bob')).toBe(false);
    expect(await store.roles.removeGroup('staff')).toBe(true);
    expect(await store.roles.removeGroup('staff')).toBe(false);
  });

  it('an account holds what it and its groups are bound to, and nothing else', async () => {
    const { store } = subject();
    for (const name of ['ada', 'bob']) await store.accounts.add(newAccount(name));
    await store.roles.putGroup({ name: 'staff', description: '' });
    await store.roles.addMember('staff', 'ada');
    await store.roles.put(role('own'));
    await store.roles.put(role('unused'));
    const bindings: readonly Binding[] = [
      { subject: { kind: 'account', name: 'ada' }, role: 'own', where: { workspace: 'shop', name: 'x*' } },
      { subject: { kind: 'account', name: 'ada' }, role: 'viewer', where: {} },
      { subject: { kind: 'account', name: 'bob' }, role: 'admin', where: {} },
      { subject: { kind: 'account', name: 'staff' }, role: 'admin', where: {} },
      { subject: { kind: 'group', name: 'ada' }, role: 'admin', where: {} },
      { subject: { kind: 'group', name: 'staff' }, role: 'operator', where: { label: 'nightly' } },
    ];
    for (const binding of [...bindings, ...bindings]) await store.roles.bind(binding);
    expect(await store.roles.bindings()).toEqual(bindings);
    const [own, viewer, , , , operator] = bindings;
    expect(await store.roles.holdings('ada')).toEqual({
      groups: ['staff'],
      bindings: [own, viewer, operator],
      roles: [role('own')],
    });
    const account = await store.accounts.get('ada');
    const caller = { account, holdings: await store.roles.holdings('ada') };
    await store.sessions.begin({ id: 's', account: 'ada', ...session });
    expect((await store.sessions.find(session.accessHash))?.caller).toEqual(caller);
    await store.apiKeys.add({ account: 'ada', name: 'ci', scopes: null, createdBy: 'ada', lifeMs: null, ...apiKey });
    expect((await store.apiKeys.use(apiKey.id, apiKey.hash))?.caller).toEqual(caller);
    await store.accounts.change('ada', { disabled: true });
    expect((await store.sessions.find(session.accessHash))?.caller.account.disabled).toBe(true);
    expect(await store.roles.holdings('nobody')).toEqual({ groups: [], bindings: [], roles: [] });
    const same = { ...bindings[0], where: { name: 'x*', workspace: 'shop' } } as Binding;
    expect(await store.roles.unbind({ ...same, where: { workspace: 'shop' } })).toBe(false);
    expect(await store.roles.unbind(same)).toBe(true);
    expect(await store.roles.unbind(same)).toBe(false);
    await store.roles.removeGroup('staff');
    await store.roles.remove('viewer');
    expect((await store.roles.holdings('ada')).bindings).toEqual([viewer]);
  });

  it('with a role go its bindings', async () => {
    const { store } = subject();
    await store.roles.put(role('own'));
    await store.roles.bind({ subject: { kind: 'account', name: 'ada' }, role: 'own', where: {} });
    await store.roles.bind({ subject: { kind: 'account', name: 'ada' }, role: 'viewer', where: {} });
    await store.roles.remove('own');
    expect((await store.roles.bindings()).map((one) => one.role)).toEqual(['viewer']);
  });
}
