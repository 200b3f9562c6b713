import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import type { LdapProviderConfig } from '@millrace/definition';
import { Client } from 'ldapts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LdapServer, noDirectory, rootDn, rootPassword, startLdapServer, suffix } from '../testkit/index.ts';
import { createLdapProvider } from './ldap.ts';
import { escapeDnValue, escapeFilterValue, firstNameOf } from './ldap-text.ts';

const people = `ou=people,${suffix}`;
const groups = `ou=groups,${suffix}`;
const person = (uid: string, cn: string, more: Record<string, string | string[]> = {}) =>
  [
    `uid=${escapeDnValue(uid)},${people}`,
    { objectClass: 'inetOrgPerson', uid, cn, sn: cn, userPassword: `${uid}-secret`, ...more },
  ] as const;

const entries = [
  [suffix, { objectClass: ['dcObject', 'organization'], dc: 'example', o: 'Example' }],
  [people, { objectClass: 'organizationalUnit', ou: 'people' }],
  [groups, { objectClass: 'organizationalUnit', ou: 'groups' }],
  person('ada', 'Ada Lovelace', { mail: 'ada@example.com' }),
  person('bob', 'Bob'),
  person('o(dd*', 'Odd, "One"'),
  person('twin', 'First'),
  [
    `uid=twin,ou=groups,${suffix}`,
    { objectClass: 'inetOrgPerson', uid: 'twin', cn: 'Second', sn: 'S', userPassword: 'twin-secret' },
  ],
  [`cn=platform,${groups}`, { objectClass: 'groupOfNames', cn: 'platform', member: [`uid=ada,${people}`] }],
  [
    `cn=Ops\\, EU,${groups}`,
    { objectClass: 'groupOfNames', cn: 'Ops, EU', member: [`uid=ada,${people}`, `uid=bob,${people}`] },
  ],
] as const;

let server: LdapServer;

const config = (more: Partial<LdapProviderConfig> = {}): LdapProviderConfig => ({
  name: 'directory',
  at: { file: 'millrace.yaml', line: 1, column: 1 },
  title: 'Directory',
  groups: {},
  allowedGroups: null,
  createAccounts: true,
  timeoutMs: 5_000,
  type: 'ldap',
  url: server.url,
  startTls: false,
  caFile: null,
  find: {
    kind: 'search',
    bindDn: rootDn,
    bindPassword: { env: 'MILLRACE_TEST_LDAP_SECRET' },
    base: suffix,
    filter: '(uid={name})',
  },
  attributes: { id: 'entryUUID', name: 'uid', displayName: 'cn', email: 'mail', memberOf: 'memberOf' },
  groupSearch: null,
  ...more,
});
const direct = { find: { kind: 'direct', userDn: `uid={name},${people}` } } as const;
const signIn = (name: string, password: string, more: Partial<LdapProviderConfig> = {}) =>
  createLdapProvider(config(more)).signIn(name, password);

// Where there is none, the reason is printed; what is skipped by name would fail CI on machines that cannot install one.
if (noDirectory !== null) console.warn(`The tests of LDAP are skipped: ${noDirectory}.`);
const describeDirectory = noDirectory === null ? describe : () => undefined;

describeDirectory('a directory', () => {
  beforeAll(async () => {
    process.env.MILLRACE_TEST_LDAP_SECRET = rootPassword;
    server = await startLdapServer(entries);
  });
  afterAll(async () => {
    delete process.env.MILLRACE_TEST_LDAP_SECRET;
    await server.close();
  });

  const ada = {
    issuer: 'ldap:directory',
    subject: expect.stringMatching(/^[0-9a-f-]{36}$/),
    name: 'ada',
    displayName: 'Ada Lovelace',
    email: 'ada@example.com',
  };

  it.each([
    ['search and bind', {}],
    ['direct bind', direct],
  ])('says who somebody is by %s, with his groups as they are called and as they stand', async (_, more) => {
    const identity = await signIn('ada', 'ada-secret', more);
    expect(identity).toMatchObject(ada);
    expect([...(identity?.groups ?? [])].sort()).toEqual(
      ['Ops, EU', `cn=Ops\\2C EU,${groups}`, `cn=platform,${groups}`, 'platform'].sort(),
    );
    expect(await signIn('bob', 'bob-secret', more)).toMatchObject({ name: 'bob', email: null });
  });

  it.each([
    ['search and bind', {}],
    ['direct bind', direct],
  ])('lets nobody in with a wrong password, none, or a name that is none, by %s', async (_, more) => {
    expect(await signIn('ada', 'bob-secret', more)).toBeNull();
    expect(await signIn('ada', '', more)).toBeNull();
    expect(await signIn('', 'ada-secret', more)).toBeNull();
    expect(await signIn('nobody', 'ada-secret', more)).toBeNull();
  });

  it('would itself let anybody in without a password', async () => {
    const client = new Client({ url: server.url });
    await client.bind(`uid=ada,${people}`, '');
    await client.unbind();
  });

  it.each([
    '*',
    'ad*',
    'ada)(uid=*',
    '*)(objectClass=*',
    'ada)(|(uid=*)',
    'ada\u0000',
    'uid=ada',
    `ada,${people}`,
    'x,uid=ada',
    '\\2a',
  ])('takes %j for a name that nobody has', async (name) => {
    expect(await signIn(name, 'ada-secret')).toBeNull();
    expect(await signIn(name, 'ada-secret', direct)).toBeNull();
  });

  it('finds people whose names have letters of filters in them, and tells twins from nobody', async () => {
    expect(await signIn('o(dd*', 'o(dd*-secret')).toMatchObject({ name: 'o(dd*', displayName: 'Odd, "One"' });
    expect(await signIn('o(dd*', 'o(dd*-secret', direct)).toMatchObject({ name: 'o(dd*' });
    expect(await signIn('twin', 'twin-secret')).toBeNull();
  });

  it('looks for groups, where the entries of people do not tell them', async () => {
    const attributes = { ...config().attributes, memberOf: 'description' };
    const groupSearch = { base: groups, filter: '(&(objectClass=groupOfNames)(member={dn}))', name: 'cn' };
    for (const more of [{}, direct]) {
      const identity = await signIn('ada', 'ada-secret', { attributes, groupSearch, ...more });
      expect(identity?.groups).toEqual(expect.arrayContaining(['platform', 'Ops, EU', `cn=platform,${groups}`]));
      expect((await signIn('o(dd*', 'o(dd*-secret', { attributes, groupSearch, ...more }))?.groups).toEqual([]);
    }
  });

  it('is spoken to over TLS from the start, or after StartTLS, if its certificate is trusted', async () => {
    const { caFile } = server;
    expect(await signIn('ada', 'ada-secret', { url: server.secureUrl, caFile })).toMatchObject(ada);
    expect(await signIn('ada', 'ada-secret', { startTls: true, caFile })).toMatchObject(ada);
    for (const more of [{ url: server.secureUrl }, { startTls: true }]) {
      await expect(signIn('ada', 'ada-secret', more)).rejects.toMatchObject({ code: 'identity_provider_unavailable' });
    }
  });

  it('that does not let the reader in, or does not tell the id, is told of', async () => {
    process.env.MILLRACE_TEST_LDAP_WRONG = 'wrong';
    const find = { ...config().find, bindPassword: { env: 'MILLRACE_TEST_LDAP_WRONG' } } as LdapProviderConfig['find'];
    await expect(signIn('ada', 'ada-secret', { find })).rejects.toMatchObject({
      message: expect.stringContaining(`does not let ${rootDn} in`),
    });
    delete process.env.MILLRACE_TEST_LDAP_WRONG;
    const attributes = { ...config().attributes, id: 'employeeNumber' };
    await expect(signIn('ada', 'ada-secret', { attributes })).rejects.toMatchObject({
      code: 'identity_provider_unavailable',
      message: expect.stringContaining('tells no employeeNumber'),
    });
  });

  it('that is dead, or says nothing, lets nobody wait for long', async () => {
    const silent = createServer(() => undefined);
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const url = `ldap://127.0.0.1:${(silent.address() as AddressInfo).port}`;
    for (const more of [{}, direct]) {
      await expect(signIn('ada', 'ada-secret', { url, timeoutMs: 200, ...more })).rejects.toMatchObject({
        code: 'identity_provider_unavailable',
      });
    }
    silent.close();
    await expect(signIn('ada', 'ada-secret', { url: 'ldap://127.0.0.1:1' })).rejects.toMatchObject({
      code: 'identity_provider_unavailable',
    });
  });
});

describe('texts in filters and DNs', () => {
  it('are escaped, letter by letter', () => {
    expect(escapeFilterValue('a*b(c)d\\e\u0000f/ä')).toBe('a\\2ab\\28c\\29d\\5ce\\00f\\2f\\c3\\a4');
    expect(escapeFilterValue('ada.l-2_x@example.com')).toBe('ada.l-2_x@example.com');
    expect(escapeDnValue(' #a,b=c+d"<>;\\ä')).toBe('\\20\\23a\\2cb\\3dc\\2bd\\22\\3c\\3e\\3b\\5c\\c3\\a4');
  });

  it('are read from the first part of a DN', () => {
    expect(firstNameOf('cn=Ops\\, EU,ou=groups')).toBe('Ops, EU');
    expect(firstNameOf('CN=\\c3\\a4\\2Cx,ou=y')).toBe('ä,x');
    expect(firstNameOf('cn=a+uid=b,ou=y')).toBe('a');
    expect(firstNameOf('cn=Grün,ou=y')).toBe('Grün');
    expect(firstNameOf('nonsense')).toBe('');
  });
});
