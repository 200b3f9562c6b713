import { createHash } from 'node:crypto';
import { isAllowed, type MillraceError, namedObject } from '@millrace/core';
import { beforeEach, describe, expect, it } from 'vitest';
import { code, createTestPeople, from, password } from '../../test/test-people.ts';
import { createPeople, type People } from './create-people.ts';

const minute = 60_000;

let test: ReturnType<typeof createTestPeople>;
let people: People;

beforeEach(() => {
  test = createTestPeople();
  people = test.people;
});

describe('setting up', () => {
  it('makes the first administrator by the newest link, once', async () => {
    expect(await people.setUp.needed()).toBe(true);
    const old = await people.setUp.token();
    const token = (await people.setUp.token()) ?? '';
    const request = { name: 'Root', password, displayName: 'The root', ...from };
    expect(await code(people.setUp.finish({ ...request, token: old ?? '' }))).toBe('sign_in_failed');
    expect(await code(people.setUp.finish({ ...request, token, password: 'short' }))).toBe('invalid_request');
    const issued = await people.setUp.finish({ ...request, token });
    const actor = await people.identify.bySession(issued.accessToken);
    expect(actor).toMatchObject({ name: 'root', displayName: 'The root', kind: 'user' });
    expect(actor !== null && isAllowed(actor.authority, 'user:change', namedObject(null, null))).toBe(true);
    expect(await people.setUp.needed()).toBe(false);
    expect(await people.setUp.token()).toBeNull();
    expect(await code(people.setUp.finish({ ...request, token, name: 'other' }))).toBe('sign_in_failed');
  });

  it('takes no link of another kind, and no old one', async () => {
    await test.makeUser('ada');
    const reset = await people.accounts.resetToken('ada');
    expect(await code(people.setUp.finish({ token: reset, name: 'x', password, displayName: null, ...from }))).toBe(
      'sign_in_failed',
    );
    const token = (await people.setUp.token()) ?? '';
    test.clock.advance(24 * 60 * minute);
    expect(await code(people.setUp.finish({ token, name: 'x', password, displayName: null, ...from }))).toBe(
      'sign_in_failed',
    );
  });
});

describe('signing in', () => {
  it('takes the name in any capitals and gives a session', async () => {
    await test.makeUser('ada');
    const issued = await people.signIn.signIn({ name: ' Ada ', password, ...from });
    expect(await people.identify.bySession(issued.accessToken)).toMatchObject({ name: 'ada', session: issued.session });
    expect(await test.store.accounts.get('ada')).toMatchObject({ signedInAt: test.clock.now() });
    expect(await people.identify.bySession(issued.refreshToken)).toBeNull();
  });

  it('keeps nothing that opens a session or an account', async () => {
    await test.makeUser('ada');
    const issued = await people.signIn.signIn({ name: 'ada', password, ...from });
    const account = await test.store.accounts.get('ada');
    expect(account?.passwordHash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect(account?.passwordHash).not.toContain(password);
    const hash = createHash('sha256').update(issued.accessToken).digest('base64url');
    expect(await test.store.sessions.find(hash)).not.toBeNull();
    expect(JSON.stringify(await test.store.sessions.list('ada'))).not.toContain(issued.accessToken);
  });

  it('says the same of a wrong name, a wrong password, a disabled, a locked account, and a service', async () => {
    for (const name of ['ada', 'gone', 'shut']) await test.makeUser(name);
    await test.makeService('bot');
    await people.accounts.change('gone', { disabled: true });
    for (let tried = 0; tried < 10; tried += 1)
      await test.store.accounts.signInFailed('shut', { most: 10, lockMs: 15 * minute });
    const messages = new Set<string>();
    for (const [name, given] of [
      ['ada', 'wrong password'],
      ['nobody', password],
      ['gone', password],
      ['shut', password],
      ['bot', password],
    ] as const) {
      await people.signIn
        .signIn({ name, password: given, ...from })
        .catch((error: MillraceError) => messages.add(`${error.code} ${error.message}`));
    }
    expect([...messages]).toEqual([expect.stringMatching(/^sign_in_failed /)]);
  });

  it('locks an account after ten wrong passwords, for a quarter of an hour', async () => {
    await test.makeUser('ada');
    const wrong = () => code(people.signIn.signIn({ name: 'ada', password: 'wrong password', ...from }));
    for (let tried = 0; tried < 10; tried += 1) expect(await wrong()).toBe('sign_in_failed');
    const right = () => code(people.signIn.signIn({ name: 'ada', password, ...from }));
    expect(await right()).toBe('sign_in_failed');
    test.clock.advance(14 * minute);
    await wrong();
    test.clock.advance(minute);
    expect(await right()).toBe('none');
  });

  it('slows an address down that tries many names', async () => {
    for (let tried = 0; tried < 30; tried += 1) await test.store.accounts.countTry('address 192.0.2.1', 5 * minute);
    await test.makeUser('ada');
    expect(await code(people.signIn.signIn({ name: 'ada', password, ...from }))).toBe('rate_limited');
    expect(await code(people.signIn.signIn({ name: 'ada', password, ...from, address: '192.0.2.2' }))).toBe('none');
    test.clock.advance(5 * minute);
    expect(await code(people.signIn.signIn({ name: 'ada', password, ...from }))).toBe('none');
  });

  it('takes a network of IPv6 for one address: whoever has one has as many addresses as he likes', async () => {
    await test.makeUser('ada');
    const signIn = (address: string) => code(people.signIn.signIn({ name: 'ada', password, agent: 'test', address }));
    for (let tried = 0; tried < 30; tried += 1) await signIn(`2001:db8:1:2:${tried.toString(16)}::1`);
    expect(await signIn('2001:db8:1:2:ffff::1')).toBe('rate_limited');
    expect(await signIn('2001:db8:1:3::1')).toBe('none');
    for (let tried = 0; tried < 30; tried += 1) await signIn('192.0.2.7');
    expect(await signIn('::ffff:192.0.2.7')).toBe('rate_limited');
    expect(await signIn('::ffff:192.0.2.8')).toBe('none');
  });

  it('hashes a password and writes one row, whether there is such an account or not', async () => {
    await test.makeUser('ada');
    const writes: string[] = [];
    const accounts = Object.fromEntries(
      Object.entries(test.store.accounts).map(([name, operation]) => [
        name,
        (...given: never[]) => {
          writes.push(name);
          return (operation as (...all: never[]) => unknown)(...given);
        },
      ]),
    ) as typeof test.store.accounts;
    const watched = createPeople({ store: { ...test.store, accounts }, clock: test.clock });
    const work = async (name: string) => {
      writes.length = 0;
      const began = process.cpuUsage();
      await code(watched.signIn.signIn({ name, password: 'wrong password', ...from }));
      return {
        calls: writes.map((one) => (one === 'signInFailed' ? 'countTry' : one)),
        cpu: process.cpuUsage(began).user,
      };
    };
    await work('nobody');
    const known = await work('ada');
    const unknown = await work('nobody');
    expect(unknown.calls).toEqual(known.calls);
    // A check without hashing takes a hundredth of one with it.
    expect(unknown.cpu).toBeGreaterThan(known.cpu / 10);
  });
});

describe('a session', () => {
  it('is renewed by its refresh token, again and again, until its end', async () => {
    await test.makeUser('ada');
    let issued = await people.signIn.signIn({ name: 'ada', password, ...from });
    for (let day = 0; day < 13; day += 1) {
      test.clock.advance(24 * 60 * minute);
      expect(await people.identify.bySession(issued.accessToken)).toBeNull();
      const renewed = await people.signIn.renew(issued.refreshToken);
      expect(renewed.session).toBe(issued.session);
      issued = renewed;
      expect(await people.identify.bySession(issued.accessToken)).toMatchObject({ name: 'ada' });
    }
    test.clock.advance(24 * 60 * minute);
    expect(await code(people.signIn.renew(issued.refreshToken))).toBe('sign_in_failed');
  });

  it('ends for both when a refresh token is used by two, and somebody is told', async () => {
    await test.makeUser('ada');
    const first = await people.signIn.signIn({ name: 'ada', password, ...from });
    const second = await people.signIn.renew(first.refreshToken);
    expect(await code(people.signIn.renew(first.refreshToken))).toBe('conflict');
    expect(await people.identify.bySession(second.accessToken)).not.toBeNull();
    test.clock.advance(11_000);
    expect(await code(people.signIn.renew(first.refreshToken))).toBe('sign_in_failed');
    expect(test.reused).toMatchObject([{ account: 'ada', id: first.session }]);
    expect(await people.identify.bySession(second.accessToken)).toBeNull();
    expect(await code(people.signIn.renew(second.refreshToken))).toBe('sign_in_failed');
  });

  it('ends by signing out, by a new password, and with its account', async () => {
    await test.makeAdmin();
    await test.makeUser('ada');
    const enter = async () => people.signIn.signIn({ name: 'ada', password, ...from });
    const first = await enter();
    expect(await people.signOut(first.session)).toBe(true);
    expect(await people.identify.bySession(first.accessToken)).toBeNull();
    const second = await enter();
    expect(await code(people.accounts.changePassword('ada', { old: 'wrong password', next: 'four large owls' }))).toBe(
      'sign_in_failed',
    );
    await people.accounts.changePassword('ada', { old: password, next: 'four large owls' });
    expect(await people.identify.bySession(second.accessToken)).toBeNull();
    const third = await people.signIn.signIn({ name: 'ada', password: 'four large owls', ...from });
    await people.accounts.change('ada', { disabled: true });
    expect(await people.identify.bySession(third.accessToken)).toBeNull();
    await people.accounts.change('ada', { disabled: false });
    expect(await people.identify.bySession(third.accessToken)).toBeNull();
  });
});

describe('an account', () => {
  it('gets a new password by a link that works once', async () => {
    await test.makeUser('ada');
    const token = await people.accounts.resetToken('ada');
    expect(await code(people.accounts.reset(token, 'short'))).toBe('invalid_request');
    expect(await people.accounts.reset(token, 'five grey geese')).toBe('ada');
    expect(await code(people.accounts.reset(token, 'six white swans'))).toBe('sign_in_failed');
    expect(await code(people.signIn.signIn({ name: 'ada', password: 'five grey geese', ...from }))).toBe('none');
  });

  it.each(['', 'A B', '-x', 'local', 'ö', 'x'.repeat(101)])('is not called %j', async (name) => {
    expect(await code(test.makeUser(name))).toBe('invalid_request');
  });

  it('has a name of its own and a password that is none of the obvious', async () => {
    await test.makeUser('ada-lovelace');
    expect(await code(test.makeUser('Ada-Lovelace'))).toBe('name_taken');
    for (const bad of ['short', 'my name is Grace-H', 'x'.repeat(2000)]) {
      const request = {
        name: 'grace-h',
        kind: 'user',
        displayName: null,
        email: null,
        password: bad,
        by: 'root',
      } as const;
      expect(await code(people.accounts.create(request))).toBe('invalid_request');
    }
  });

  it('that is the last administrator stays one', async () => {
    await test.makeAdmin();
    const binding = { subject: { kind: 'account', name: 'root' }, role: 'admin', where: {} } as const;
    expect(await code(people.accounts.remove('root'))).toBe('last_administrator');
    expect(await code(people.accounts.change('root', { disabled: true }))).toBe('last_administrator');
    expect(await code(people.roles.unbind(binding))).toBe('last_administrator');
    await test.makeUser('ada');
    await people.roles.putGroup({ name: 'admins', description: '' });
    await people.roles.addMember('admins', 'ada');
    await people.roles.bind({
      subject: { kind: 'group', name: 'admins' },
      role: 'admin',
      where: { workspace: 'shop' },
    });
    expect(await code(people.roles.unbind(binding))).toBe('last_administrator');
    await people.roles.bind({ subject: { kind: 'group', name: 'admins' }, role: 'admin', where: {} });
    expect(await code(people.roles.unbind(binding))).toBe('none');
    expect(await code(people.roles.removeMember('admins', 'ada'))).toBe('last_administrator');
    expect(await code(people.roles.removeGroup('admins'))).toBe('last_administrator');
  });
});

describe('roles', () => {
  it('of an account and of its groups count at once, and end at once', async () => {
    await test.makeUser('ada');
    const { accessToken } = await people.signIn.signIn({ name: 'ada', password, ...from });
    const may = async (workspace: string) => {
      const actor = await people.identify.bySession(accessToken);
      return actor !== null && isAllowed(actor.authority, 'run:control', namedObject(workspace, 'release'));
    };
    expect(await may('shop')).toBe(false);
    await people.roles.putGroup({ name: 'staff', description: '' });
    await people.roles.addMember('staff', 'ada');
    await people.roles.bind({
      subject: { kind: 'group', name: 'staff' },
      role: 'operator',
      where: { workspace: 'shop' },
    });
    expect([await may('shop'), await may('lab')]).toEqual([true, false]);
    await people.roles.put({
      name: 'not-here',
      description: '',
      grants: [{ effect: 'deny', permission: 'run:*', where: {} }],
    });
    await people.roles.bind({ subject: { kind: 'account', name: 'ada' }, role: 'not-here', where: {} });
    expect(await may('shop')).toBe(false);
    await people.roles.remove('not-here');
    expect(await may('shop')).toBe(true);
    await people.roles.removeMember('staff', 'ada');
    expect(await may('shop')).toBe(false);
  });

  it('are refused where they mean nothing', async () => {
    const grants = [{ effect: 'allow', permission: 'run:fly' as never, where: {} }] as const;
    expect(await code(people.roles.put({ name: 'bird', description: '', grants }))).toBe('invalid_request');
    expect(await code(people.roles.put({ name: 'admin', description: '', grants: [] }))).toBe('invalid_request');
    expect(await code(people.roles.remove('viewer'))).toBe('invalid_request');
    expect(await code(people.roles.remove('bird'))).toBe('not_found');
    const subject = { kind: 'account', name: 'nobody' } as const;
    expect(await code(people.roles.bind({ subject, role: 'viewer', where: {} }))).toBe('not_found');
    expect(await code(people.roles.bind({ subject, role: 'bird', where: {} }))).toBe('not_found');
    expect(await code(people.roles.addMember('none', 'nobody'))).toBe('not_found');
  });
});

describe('an API key', () => {
  it('does what its account may, within its scopes, until it expires or is removed', async () => {
    await test.makeAdmin();
    const scopes = [{ effect: 'allow', permission: 'run:read', where: {} }] as const;
    const { key, apiKey } = await people.apiKeys.create({
      account: 'root',
      name: 'ci',
      scopes,
      lifeMs: minute,
      by: 'root',
    });
    expect(key).toContain(apiKey.id);
    const actor = await people.identify.byApiKey(key);
    expect(actor).toMatchObject({ name: 'root', apiKey: apiKey.id, session: null });
    const may = (permission: 'run:read' | 'run:control') =>
      actor !== null && isAllowed(actor.authority, permission, namedObject('shop', 'x'));
    expect([may('run:read'), may('run:control')]).toEqual([true, false]);
    const last = key.endsWith('A') ? 'B' : 'A';
    expect(await people.identify.byApiKey(key.slice(0, -1) + last)).toBeNull();
    expect(await people.identify.byApiKey('mrk_')).toBeNull();
    expect(JSON.stringify(await people.apiKeys.list(null))).not.toContain(key.slice(15));
    test.clock.advance(minute);
    expect(await people.identify.byApiKey(key)).toBeNull();
    const other = await people.apiKeys.create({ account: 'root', name: 'ci', scopes: null, lifeMs: null, by: 'root' });
    await people.apiKeys.remove(other.apiKey.id);
    expect(await people.identify.byApiKey(other.key)).toBeNull();
    expect(await code(people.apiKeys.remove(other.apiKey.id))).toBe('not_found');
  });

  it('of a disabled account opens nothing', async () => {
    await test.makeService('bot');
    const { key } = await people.apiKeys.create({ account: 'bot', name: 'ci', scopes: null, lifeMs: null, by: 'root' });
    expect(await people.identify.byApiKey(key)).toMatchObject({ name: 'bot', kind: 'service' });
    await people.accounts.change('bot', { disabled: true });
    expect(await people.identify.byApiKey(key)).toBeNull();
  });
});
