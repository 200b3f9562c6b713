import type { Grant, PermissionPattern, Selector } from '@millrace/core';
import { beforeEach, describe, expect, it } from 'vitest';
import { code, createTestPeople, password } from '../../../test/test-people.ts';
import type { Actor } from '../actor.ts';

let test: ReturnType<typeof createTestPeople>;
let manage: ReturnType<typeof createTestPeople>['people']['manage'];

const allow = (permission: PermissionPattern, where: Selector = {}): Grant => ({ effect: 'allow', permission, where });
const deny = (permission: PermissionPattern, where: Selector = {}): Grant => ({ effect: 'deny', permission, where });
const toAccount = (name: string, role: string, where: Selector = {}) => ({
  subject: { kind: 'account' as const, name },
  role,
  where,
});

/** An administrator, and somebody who manages people and rights but may else only what an operator may, in the shop. */
beforeEach(async () => {
  test = createTestPeople();
  manage = test.people.manage;
  await test.makeAdmin();
  await test.makeRole('manager', [allow('user:*'), allow('role:*'), allow('api_key:*')]);
  for (const name of ['mia', 'ada', 'bob']) await test.makeUser(name);
  await test.give('mia', 'manager');
  await test.give('mia', 'operator', { workspace: 'shop' });
});

const mia = () => test.actor('mia');

describe('a new account', () => {
  it('of a person comes with a link to set the password, unless it was given', async () => {
    const actor = await mia();
    const blank = { kind: 'user', name: 'Cy', displayName: 'Cy Twombly', email: 'cy@example.org' } as const;
    const { account, link } = await manage.accounts.create(actor, { ...blank, password: null });
    expect(account).toMatchObject({ name: 'cy', createdBy: 'mia', passwordHash: null, groups: [], bindings: [] });
    expect(await test.people.accounts.reset(link?.token ?? '', password)).toBe('cy');
    expect((await test.actor('cy')).displayName).toBe('Cy Twombly');
    const other = await manage.accounts.create(actor, { ...blank, name: 'dee', password });
    expect(other.link).toBeNull();
    const service = { ...blank, kind: 'service', name: 'bot', password: null } as const;
    expect((await manage.accounts.create(actor, service)).link).toBeNull();
  });

  it('is found as what it is', async () => {
    await test.makeService('bot');
    expect((await manage.accounts.list('user')).map(({ name }) => name)).toEqual(['ada', 'bob', 'mia', 'root']);
    expect((await manage.accounts.list('service')).map(({ name }) => name)).toEqual(['bot']);
    expect(await code(manage.accounts.get('user', 'bot'))).toBe('not_found');
    expect(await code(manage.accounts.get('service', 'ada'))).toBe('not_found');
    expect(await manage.accounts.get('user', 'mia')).toMatchObject({
      bindings: [{ role: 'manager' }, { role: 'operator', where: { workspace: 'shop' } }],
    });
  });
});

describe('nobody lays hands on somebody who may do more than he', () => {
  const hands: readonly (readonly [string, (actor: Actor, name: string) => Promise<unknown>])[] = [
    ['gives a new password', (actor, name) => manage.accounts.resetPassword(actor, name)],
    ['disables', (actor, name) => manage.accounts.change(actor, 'user', name, { disabled: true })],
    ['enables', (actor, name) => manage.accounts.change(actor, 'user', name, { disabled: false })],
    ['changes the address', (actor, name) => manage.accounts.change(actor, 'user', name, { email: 'x@example.org' })],
    ['removes', (actor, name) => manage.accounts.remove(actor, 'user', name)],
    ['unlocks', (actor, name) => manage.accounts.unlock(actor, name)],
    ['signs out', (actor, name) => manage.accounts.signOut(actor, name)],
    [
      'revokes keys',
      async (actor, name) => {
        const request = { account: name, name: 'k', scopes: null, lifeMs: null, by: name };
        await manage.apiKeys.revoke(actor, (await test.people.apiKeys.create(request)).apiKey.id);
      },
    ],
  ];

  it.each(hands)('%s', async (_, touch) => {
    await test.give('bob', 'admin');
    expect(await code(touch(await mia(), 'bob'))).toBe('forbidden');
    // By a group as well, and where only more places are reached.
    await test.people.roles.putGroup({ name: 'ops', description: '' });
    await test.people.roles.addMember('ops', 'ada');
    const binding = { subject: { kind: 'group', name: 'ops' }, role: 'operator', where: { workspace: 'lab' } } as const;
    await test.people.roles.bind(binding);
    expect(await code(touch(await mia(), 'ada'))).toBe('forbidden');
    await test.people.roles.unbind(binding);
    await test.give('ada', 'viewer', { workspace: 'shop' });
    expect(await code(touch(await mia(), 'ada'))).toBe('none');
    expect(await code(touch(test.root, 'bob'))).toBe('none');
  });

  it('says what the other may do', async () => {
    await expect(manage.accounts.resetPassword(await mia(), 'root')).rejects.toMatchObject({
      message: 'root may do something that you may not: workspace:read, or more of it.',
    });
  });

  it('also not with a key of his that may less than he', async () => {
    const root = await test.actor('root');
    const request = { account: 'root', name: 'k', scopes: [allow('user:*')], lifeMs: null };
    const keyed = await test.keyed((await manage.apiKeys.create(root, request)).key);
    expect(await code(manage.accounts.resetPassword(keyed, 'mia'))).toBe('forbidden');
    expect(await code(manage.accounts.resetPassword(keyed, 'root'))).toBe('forbidden');
    expect(await code(manage.accounts.resetPassword(keyed, 'ada'))).toBe('none');
  });
});

describe('nobody gives or takes what he has not himself', () => {
  it('by binding a role', async () => {
    const actor = await mia();
    expect(await code(manage.rights.bind(actor, toAccount('ada', 'operator', { workspace: 'shop' })))).toBe('none');
    expect(await code(manage.rights.bind(actor, toAccount('ada', 'viewer', { workspace: 'shop' })))).toBe('none');
    expect(await code(manage.rights.bind(actor, toAccount('ada', 'operator')))).toBe('forbidden');
    expect(await code(manage.rights.bind(actor, toAccount('ada', 'operator', { workspace: 'shop*' })))).toBe(
      'forbidden',
    );
    for (const name of ['ada', 'mia']) {
      expect(await code(manage.rights.bind(actor, toAccount(name, 'admin')))).toBe('forbidden');
      expect(await code(manage.rights.bind(actor, toAccount(name, 'author', { workspace: 'shop' })))).toBe('forbidden');
    }
    expect(await code(manage.rights.bind(actor, toAccount('ada', 'none')))).toBe('not_found');
    await expect(manage.rights.bind(actor, toAccount('ada', 'author', { workspace: 'shop' }))).rejects.toMatchObject({
      message:
        'You cannot give or take the role author: you have not workspace:change yourself where it would count (workspace shop).',
    });
  });

  it('by taking a role away, or denying with one', async () => {
    const actor = await mia();
    expect(await code(manage.rights.unbind(actor, toAccount('root', 'admin')))).toBe('forbidden');
    await test.makeRole('no-secrets', [deny('secret:*')]);
    await test.give('ada', 'no-secrets');
    expect(await code(manage.rights.unbind(actor, toAccount('ada', 'no-secrets')))).toBe('forbidden');
    expect(await code(manage.rights.bind(actor, toAccount('bob', 'no-secrets')))).toBe('forbidden');
    await test.makeRole('no-control', [deny('run:control', { workspace: 'shop' })]);
    expect(await code(manage.rights.bind(actor, toAccount('bob', 'no-control')))).toBe('none');
    expect(await code(manage.rights.unbind(actor, toAccount('bob', 'no-control')))).toBe('none');
  });

  it('by writing a role, new or old', async () => {
    const actor = await mia();
    const put = (name: string, ...grants: Grant[]) =>
      code(manage.rights.putRole(actor, { name, description: '', grants }));
    expect(await put('deployer', allow('run:control', { workspace: 'shop' }))).toBe('none');
    expect(await put('deployer', allow('run:control'))).toBe('forbidden');
    expect(await put('manager', allow('user:*'), allow('*'))).toBe('forbidden');
    await test.makeRole('author-of-all', [allow('workspace:change')]);
    // What is there already, he may not narrow either.
    expect(await put('author-of-all', allow('run:read', { workspace: 'shop' }))).toBe('forbidden');
    expect(await code(manage.rights.removeRole(actor, 'author-of-all'))).toBe('forbidden');
    expect(await code(manage.rights.removeRole(actor, 'deployer'))).toBe('none');
    expect(await code(manage.rights.putRole(test.root, { name: 'admin', description: '', grants: [] }))).toBe(
      'invalid_request',
    );
  });

  it('by who is in a group', async () => {
    const actor = await mia();
    expect(await manage.rights.putGroup(actor, { name: 'Staff', description: 'All' })).toMatchObject({ name: 'staff' });
    expect((await manage.rights.addMember(actor, 'staff', 'Ada')).members).toEqual(['ada']);
    await test.people.roles.bind({ subject: { kind: 'group', name: 'staff' }, role: 'author', where: {} });
    for (const attempt of [
      manage.rights.addMember(actor, 'staff', 'mia'),
      manage.rights.removeMember(actor, 'staff', 'ada'),
      manage.rights.putGroup(actor, { name: 'staff', description: '' }),
      manage.rights.removeGroup(actor, 'staff'),
    ])
      expect(await code(attempt)).toBe('forbidden');
    expect((await manage.rights.removeMember(test.root, 'staff', 'ada')).members).toEqual([]);
    await manage.rights.removeGroup(test.root, 'staff');
    expect(await code(manage.rights.addMember(test.root, 'staff', 'ada'))).toBe('not_found');
  });

  it('with `own` meaning whoever gets it', async () => {
    await test.makeRole('own-runs', [allow('run:control', { own: true })]);
    await test.give('bob', 'manager');
    await test.give('bob', 'own-runs');
    expect(await code(manage.rights.bind(await test.actor('bob'), toAccount('ada', 'own-runs')))).toBe('forbidden');
    expect(await code(manage.rights.bind(await mia(), toAccount('ada', 'own-runs', { workspace: 'shop' })))).toBe(
      'none',
    );
  });
});

describe('the last administrator', () => {
  it('is not denied anything, by a role that is bound, written, or got by a group', async () => {
    const { roles } = test.people;
    await test.makeRole('off', [deny('role:change')]);
    expect(await code(manage.rights.bind(test.root, toAccount('root', 'off')))).toBe('last_administrator');
    await test.makeRole('off', []);
    await test.give('root', 'off');
    expect(await code(test.makeRole('off', [deny('*')]))).toBe('last_administrator');
    await roles.putGroup({ name: 'quiet', description: '' });
    await test.makeRole('silent', [deny('audit:read')]);
    await roles.bind({ subject: { kind: 'group', name: 'quiet' }, role: 'silent', where: { workspace: 'x' } });
    expect(await code(manage.rights.addMember(test.root, 'quiet', 'root'))).toBe('last_administrator');
  });

  it('may be one by a role of his own making, which then stays', async () => {
    await test.makeRole('everything', [allow('*')]);
    await test.give('ada', 'everything');
    expect(await code(manage.rights.unbind(test.root, toAccount('root', 'admin')))).toBe('none');
    expect(await code(manage.rights.removeRole(test.root, 'everything'))).toBe('last_administrator');
    expect(await code(manage.rights.putRole(test.root, { name: 'everything', description: '', grants: [] }))).toBe(
      'last_administrator',
    );
    expect(await code(manage.accounts.remove(test.root, 'user', 'ada'))).toBe('last_administrator');
  });
});

describe('an API key', () => {
  const request = { account: 'mia', name: 'k', scopes: null, lifeMs: null } as const;

  it('of a person is made by that person alone, of a service by whoever may do what it may', async () => {
    await test.makeService('bot');
    const actor = await mia();
    expect(await code(manage.apiKeys.create(actor, request))).toBe('none');
    expect(await code(manage.apiKeys.create(test.root, request))).toBe('forbidden');
    expect(await code(manage.apiKeys.create(actor, { ...request, account: 'ada' }))).toBe('forbidden');
    expect(await code(manage.apiKeys.create(actor, { ...request, account: 'bot' }))).toBe('none');
    await test.give('bot', 'author');
    expect(await code(manage.apiKeys.create(actor, { ...request, account: 'bot' }))).toBe('forbidden');
    const scopes = [allow('run:read', { workspace: 'shop' })];
    expect(await code(manage.apiKeys.create(actor, { ...request, account: 'bot', scopes }))).toBe('none');
    expect(await code(manage.apiKeys.create(test.root, { ...request, account: 'bot' }))).toBe('none');
  });

  it('makes no key that may more, or lives longer, than itself', async () => {
    const scopes = [allow('run:read'), allow('api_key:change')];
    const made = await manage.apiKeys.create(await mia(), { ...request, scopes, lifeMs: 1000 });
    const keyed = await test.keyed(made.key);
    const attempt = (more: Readonly<{ scopes?: readonly Grant[] | null; lifeMs?: number | null }>) =>
      code(manage.apiKeys.create(keyed, { ...request, scopes: [allow('run:read')], lifeMs: 1000, ...more }));
    expect(await attempt({})).toBe('none');
    expect(await attempt({ scopes: null })).toBe('forbidden');
    expect(await attempt({ scopes: [allow('run:*')] })).toBe('forbidden');
    expect(await attempt({ lifeMs: null })).toBe('forbidden');
    expect(await attempt({ lifeMs: 1001 })).toBe('forbidden');
  });

  it('of one’s own is ended by oneself, and another’s is none', async () => {
    const { apiKey } = await manage.apiKeys.create(await mia(), request);
    expect(await code(manage.apiKeys.revokeOwn(await test.actor('ada'), apiKey.id))).toBe('not_found');
    expect(await code(manage.apiKeys.revokeOwn(await mia(), apiKey.id))).toBe('none');
    expect(await code(manage.apiKeys.revokeOwn(await mia(), apiKey.id))).toBe('not_found');
  });
});

describe('a password', () => {
  it('is not guessed by changing it again and again', async () => {
    const change = (old: string) => code(test.people.accounts.changePassword('ada', { old, next: 'four large owls' }));
    for (let time = 0; time < 10; time += 1) expect(await change('wrong password')).toBe('sign_in_failed');
    expect(await change(password)).toBe('rate_limited');
    test.clock.advance(15 * 60_000);
    expect(await change(password)).toBe('none');
  });
});

describe('a session', () => {
  it('of one’s own is ended by oneself, and another’s is none', async () => {
    const first = await test.actor('ada');
    await test.actor('ada');
    expect(await manage.accounts.sessions('ada')).toHaveLength(2);
    const id = first.session ?? '';
    expect(await code(manage.accounts.endOwnSession(await mia(), id))).toBe('not_found');
    await manage.accounts.endOwnSession(first, id);
    expect(await code(manage.accounts.endOwnSession(first, id))).toBe('not_found');
    expect(await manage.accounts.sessions('ada')).toHaveLength(1);
  });

  it('can begin again when an account was locked and is unlocked', async () => {
    const wrong = { name: 'ada', password: 'wrong password', address: 'a', agent: 'b' };
    for (let time = 0; time < 10; time += 1) await code(test.people.signIn.signIn(wrong));
    expect(await code(test.signIn('ada'))).toBe('sign_in_failed');
    expect((await manage.accounts.unlock(await mia(), 'ada')).failures).toBe(0);
    expect(await code(test.signIn('ada'))).toBe('none');
  });
});
