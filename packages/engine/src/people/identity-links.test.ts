import { MillraceError } from '@millrace/core';
import { beforeEach, describe, expect, it } from 'vitest';
import { code, createTestPeople, from, password } from '../../test/test-people.ts';
import type { LdapProvider, OutsideIdentity } from '../ports/index.ts';
import type { People } from './create-people.ts';

const minute = 60_000;
const rules = { createAccounts: true, groups: {}, allowedGroups: null };
const grace: OutsideIdentity = {
  issuer: 'https://id.example',
  subject: '7',
  name: 'grace',
  displayName: null,
  email: 'grace@example.com',
  groups: [],
};
const directory: LdapProvider = {
  kind: 'ldap',
  name: 'directory',
  title: 'Directory',
  rules,
  signIn: async (name, given) => (given === 'right' ? { ...grace, issuer: 'ldap:directory', name } : null),
};
const outside = { name: 'grace', password: 'right' };
const { address } = from;

let test: ReturnType<typeof createTestPeople>;
let people: People;
beforeEach(() => {
  test = createTestPeople();
  people = test.people;
});

const signInAs = (identity: Partial<OutsideIdentity> = {}) =>
  people.outside.begin({ provider: 'company', identity: { ...grace, ...identity }, rules, ...from });
const proved = async () => grace;

async function link(name: string, prove: () => Promise<OutsideIdentity> = proved) {
  const actor = await test.actor(name);
  const token = await people.links.begin(actor, password);
  return people.links.finish(actor, { token, provider: 'company', prove });
}

describe('linking', () => {
  it('lets somebody in by the provider from then on, into his own account', async () => {
    await test.makeUser('ada');
    expect(await link('ada')).toMatchObject({ account: 'ada', provider: 'company', subject: '7' });
    expect((await signInAs()).account).toBe('ada');
    expect((await signInAs({ subject: '8' })).account).not.toBe('ada');
    expect(await people.links.own(await test.actor('ada'))).toMatchObject([{ provider: 'company', subject: '7' }]);
    expect(await people.signIn.signIn({ name: 'ada', password, ...from })).toMatchObject({ account: 'ada' });
  });

  it('needs the password of the account: a session alone links nothing', async () => {
    await test.makeUser('ada');
    const ada = await test.actor('ada');
    const wrong = () => code(people.links.begin(ada, 'wrong password'));
    expect(await wrong()).toBe('sign_in_failed');
    const shown = { directory, outside, address };
    expect(await code(people.links.linkDirectory(ada, { ...shown, password: 'wrong' }))).toBe('sign_in_failed');
    for (let tried = 2; tried < 10; tried += 1) expect(await wrong()).toBe('sign_in_failed');
    expect(await wrong()).toBe('rate_limited');
    expect(await code(people.links.begin(ada, password))).toBe('rate_limited');
    expect(await people.links.list('ada')).toEqual([]);
  });

  it('needs the proof of the provider too', async () => {
    await test.makeUser('ada');
    const refuse = async () => {
      throw new MillraceError('sign_in_failed', 'Nobody was let in.', { hint: '' });
    };
    expect(await code(link('ada', refuse))).toBe('sign_in_failed');
    const ada = await test.actor('ada');
    const wrong = { directory, outside: { ...outside, password: 'wrong' }, address, password };
    expect(await code(people.links.linkDirectory(ada, wrong))).toBe('sign_in_failed');
    expect(await people.links.list('ada')).toEqual([]);
    expect(await people.links.linkDirectory(ada, { ...wrong, outside })).toMatchObject({ provider: 'directory' });
  });

  it('is nothing for whoever has an API key, or no password, or no account', async () => {
    await test.makeUser('ada');
    const { key } = await people.apiKeys.create({ account: 'ada', name: 'k', scopes: null, lifeMs: null, by: 'ada' });
    expect(await code(people.links.begin(await test.keyed(key), password))).toBe('forbidden');
    expect(await code(people.links.begin(test.root, password))).toBe('not_found');
    const { account } = await signInAs();
    expect(await code(people.links.begin(await test.actor(account), password))).toBe('invalid_request');
  });

  it('counts for whoever began it, once, for ten minutes', async () => {
    await test.makeUser('ada');
    await test.makeUser('bob');
    const [ada, bob] = [await test.actor('ada'), await test.actor('bob')];
    const token = await people.links.begin(ada, password);
    const finish = (actor: typeof ada, given = token) =>
      code(people.links.finish(actor, { token: given, provider: 'company', prove: proved }));
    // The browser of somebody else, into which it was put.
    expect(await finish(bob)).toBe('sign_in_failed');
    expect(await people.links.list('bob')).toEqual([]);
    expect(await finish(ada)).toBe('none');
    expect(await finish(ada)).toBe('sign_in_failed');
    expect(await finish(ada, await people.accounts.resetToken('ada'))).toBe('sign_in_failed');
    const late = await people.links.begin(ada, password);
    test.clock.advance(10 * minute);
    expect(await finish(ada, late)).toBe('sign_in_failed');
    expect(await code(people.accounts.reset(token, 'four large owls'))).toBe('sign_in_failed');
  });

  it('takes nobody from another account, and the same name or address links nothing by itself', async () => {
    await people.accounts.create({
      name: 'grace',
      kind: 'user',
      displayName: null,
      email: 'grace@example.com',
      password,
      by: 'root',
    });
    expect((await signInAs()).account).toBe('grace@company');
    expect(await people.links.list('grace')).toEqual([]);
    await test.makeUser('ada');
    expect(await code(link('ada'))).toBe('name_taken');
    expect((await signInAs()).account).toBe('grace@company');
    await people.accounts.remove('grace@company');
    await link('ada');
    expect((await signInAs()).account).toBe('ada');
    expect(await link('ada')).toMatchObject({ account: 'ada' });
  });
});

describe('unlinking', () => {
  it('takes the password, and ends the other sessions', async () => {
    await test.makeUser('ada');
    const { id } = await link('ada');
    const other = await signInAs();
    const ada = await test.actor('ada');
    expect(await code(people.links.unlink(ada, id, 'wrong password'))).toBe('sign_in_failed');
    expect(await code(people.links.unlink(ada, 'nothing', password))).toBe('not_found');
    await people.links.unlink(ada, id, password);
    expect(await people.links.list('ada')).toEqual([]);
    expect((await people.accounts.sessions('ada')).map((one) => one.id)).toEqual([ada.session]);
    expect(await people.identify.bySession(other.accessToken)).toBeNull();
    expect((await signInAs()).account).toBe('grace');
  });

  it('by an administrator needs no password, and ends all sessions; of somebody who may more it is refused', async () => {
    await test.makeAdmin();
    await test.makeUser('ada');
    const { id } = await link('ada');
    const { manage } = people;
    expect(await manage.accounts.identities('ada')).toMatchObject([{ id, provider: 'company' }]);
    await test.makeUser('mia');
    await test.makeRole('manager', [{ effect: 'allow', permission: 'user:*', where: {} }]);
    await test.give('mia', 'manager');
    await test.give('ada', 'operator');
    expect(await code(manage.accounts.removeIdentity(await test.actor('mia'), 'ada', id))).toBe('forbidden');
    const root = await test.actor('root');
    expect(await code(manage.accounts.removeIdentity(root, 'ada', 'nothing'))).toBe('not_found');
    await manage.accounts.removeIdentity(root, 'ada', id);
    expect([await manage.accounts.identities('ada'), await people.accounts.sessions('ada')]).toEqual([[], []]);
  });
});

describe('own sessions', () => {
  it('end one by one, or all but the one that is shown', async () => {
    await test.makeUser('ada');
    await test.makeUser('bob');
    const [one, two, bob] = [await test.actor('ada'), await test.actor('ada'), await test.actor('bob')];
    await test.actor('ada');
    const { accounts } = people.manage;
    expect(await code(accounts.endOwnSession(one, bob.session ?? ''))).toBe('not_found');
    await accounts.endOwnSession(one, two.session ?? '');
    expect(await accounts.endOtherSessions(one)).toBe(1);
    expect((await people.accounts.sessions('ada')).map(({ id }) => id)).toEqual([one.session]);
    expect(await people.accounts.sessions('bob')).toHaveLength(1);
    expect(await code(accounts.endOtherSessions(test.root))).toBe('not_found');
  });
});
