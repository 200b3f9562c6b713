import { beforeEach, describe, expect, it } from 'vitest';
import { createSettableClock } from '../../testkit/settable-clock.ts';
import { createMemoryStore } from '../memory/index.ts';
import type { IdentityRules, LdapProvider, OutsideIdentity, Store } from '../ports/index.ts';
import { createPeople, type People } from './create-people.ts';

const from = { address: '192.0.2.1', agent: 'test' };
const everybody: IdentityRules = { createAccounts: true, groups: {}, allowedGroups: null };
const ada: OutsideIdentity = {
  issuer: 'https://id.example',
  subject: '1',
  name: 'Ada',
  displayName: 'Ada L.',
  email: 'ada@example.com',
  groups: [],
};

let store: Store;
let people: People;
beforeEach(() => {
  const clock = createSettableClock();
  store = createMemoryStore({ now: clock.now }).store;
  people = createPeople({ store, clock });
});

const signIn = (identity: Partial<OutsideIdentity> = {}, rules: Partial<IdentityRules> = {}) =>
  people.outside.begin({
    provider: 'company',
    identity: { ...ada, ...identity },
    rules: { ...everybody, ...rules },
    ...from,
  });
const makeUser = (name: string) =>
  people.accounts.create({
    name,
    kind: 'user',
    displayName: null,
    email: 'ada@example.com',
    password: 'three small owls',
    by: 'root',
  });
const membersOf = async (group: string) => (await store.roles.groups()).find(({ name }) => name === group)?.members;

describe('somebody of an outside provider', () => {
  it('gets an account the first time, without a password, and the same one from then on', async () => {
    const first = await signIn();
    expect(first.account).toBe('ada');
    expect(await people.accounts.get('ada')).toMatchObject({
      kind: 'user',
      displayName: 'Ada L.',
      email: 'ada@example.com',
      passwordHash: null,
      createdBy: 'company',
    });
    expect((await people.identify.bySession(first.accessToken))?.name).toBe('ada');
    const later = await signIn({ name: 'renamed', displayName: 'Ada King', email: null });
    expect(later.account).toBe('ada');
    expect(await people.accounts.get('ada')).toMatchObject({ displayName: 'Ada King', email: 'ada@example.com' });
    expect(await people.outside.providersOf('ada')).toEqual(['company']);
  });

  it('takes over no account that has his name or his address', async () => {
    await makeUser('ada');
    expect((await signIn()).account).toBe('ada@company');
    expect((await signIn({ subject: '2' })).account).toBe('ada@company-2');
    expect((await signIn({ issuer: 'https://other.example' })).account).toBe('ada@company-3');
    expect((await signIn()).account).toBe('ada@company');
    expect((await people.accounts.get('ada')).passwordHash).not.toBeNull();
  });

  it.each([
    ['Ünï Cödé', 'u-ni-co-de'],
    ['local', 'local@company'],
    ['***', 'user'],
    ['ada@example.com', 'ada@example.com'],
    ['x'.repeat(300), 'x'.repeat(60)],
  ])('who is called %j there is called %j here', async (name, account) => {
    expect((await signIn({ name })).account).toBe(account);
  });

  it('gets one account of two that are asked for at once', async () => {
    const sessions = await Promise.all(Array.from({ length: 5 }, () => signIn()));
    expect(new Set(sessions.map(({ account }) => account)).size).toBe(1);
    expect((await people.accounts.list()).map(({ name }) => name)).toEqual([sessions[0]?.account]);
  });

  it('does not get in when the account is disabled, when none is made, or when his groups may not', async () => {
    const refused = { code: 'sign_in_failed' };
    await expect(signIn({}, { createAccounts: false })).rejects.toMatchObject(refused);
    await expect(signIn({ groups: ['b'] }, { allowedGroups: ['a'] })).rejects.toMatchObject(refused);
    expect(await people.accounts.list()).toEqual([]);
    await signIn({ groups: ['b', 'a'] }, { allowedGroups: ['a'] });
    await expect(signIn({}, { createAccounts: false })).resolves.toMatchObject({ account: 'ada' });
    await people.accounts.change('ada', { disabled: true });
    await expect(signIn()).rejects.toMatchObject(refused);
  });

  it('is kept in step with his groups there, in those groups only that are named', async () => {
    const rules = { groups: { '*': ['viewers'], Platform: ['operators', 'night'], Chiefs: ['operators'] } };
    await signIn({ groups: ['Platform'] }, rules);
    await store.roles.putGroup({ name: 'own', description: '' });
    await store.roles.addMember('own', 'ada');
    expect([await membersOf('viewers'), await membersOf('operators'), await membersOf('night')]).toEqual([
      ['ada'],
      ['ada'],
      ['ada'],
    ]);
    await signIn({ groups: ['Chiefs', 'platform'] }, rules);
    expect([await membersOf('operators'), await membersOf('night'), await membersOf('own')]).toEqual([
      ['ada'],
      [],
      ['ada'],
    ]);
    await signIn({ groups: [] }, rules);
    expect([await membersOf('viewers'), await membersOf('operators')]).toEqual([['ada'], []]);
  });

  it('who is removed and comes again is somebody new', async () => {
    await signIn();
    await people.accounts.remove('ada');
    expect(await people.outside.providersOf('ada')).toEqual([]);
    expect((await signIn()).account).toBe('ada');
  });
});

describe('a directory', () => {
  const asked: string[][] = [];
  const directory: LdapProvider = {
    kind: 'ldap',
    name: 'company',
    title: 'Company',
    rules: everybody,
    async signIn(name, password) {
      asked.push([name, password]);
      return password === 'right' ? { ...ada, name } : null;
    },
  };
  beforeEach(() => asked.splice(0));
  const ask = (name: string, password: string, address = from.address) =>
    people.outside.askDirectory(directory, { name, password, address, agent: 'test' });

  it('is asked for who signs in, and never with an empty password', async () => {
    expect((await ask(' ada ', 'right')).account).toBe('ada');
    await expect(ask('ada', 'wrong')).rejects.toMatchObject({ code: 'sign_in_failed' });
    await expect(ask('ada', '')).rejects.toMatchObject({ code: 'sign_in_failed' });
    expect(asked).toEqual([
      ['ada', 'right'],
      ['ada', 'wrong'],
    ]);
  });

  it('is not asked by whoever tries on and on, from one address or for one name', async () => {
    for (let tried = 0; tried < 10; tried += 1) await ask('Bob', 'wrong', `10.0.0.${tried}`).catch(() => null);
    await expect(ask('bob', 'right', '10.0.0.99')).rejects.toMatchObject({ code: 'rate_limited' });
    for (let tried = 0; tried < 30; tried += 1) await ask(`x${tried}`, 'wrong', '10.0.1.1').catch(() => null);
    await expect(ask('ada', 'right', '10.0.1.1')).rejects.toMatchObject({ code: 'rate_limited' });
    expect((await ask('ada', 'right', '10.0.1.2')).account).toBe('ada');
  });
});
