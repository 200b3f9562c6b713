// Linking somebody of a provider to the own account, over HTTP, as the page of the account does it.
import { MillraceError } from '@millrace/core';
import type { LdapProvider, OidcHow, OidcProvider, OutsideIdentity } from '@millrace/engine';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createCheckedServer } from '../../testkit/checked-server.ts';

const password = 'correct horse battery';
const host = 'millrace.example';
const rules = { createAccounts: true, groups: {}, allowedGroups: null };
const grace: OutsideIdentity = {
  issuer: 'https://id.example',
  subject: '7',
  name: 'ada',
  displayName: 'Ada L.',
  email: 'ada@example.com',
  groups: [],
};

let hows: (OidcHow | undefined)[];
const company: OidcProvider = {
  kind: 'oidc',
  name: 'company',
  title: 'Company account',
  issuer: 'https://id.example',
  rules,
  async begin(callback, how) {
    hows.push(how);
    const attempt = { state: 'the-state', nonce: 'the-nonce', verifier: 'the-verifier' };
    return { url: `https://id.example/authorize?redirect_uri=${encodeURIComponent(callback)}`, attempt };
  },
  async finish(address, attempt, how) {
    hows.push(how);
    if (new URL(address).searchParams.get('state') === attempt.state) return grace;
    throw new MillraceError('sign_in_failed', 'Another state.', { hint: '' });
  },
  signOutUrl: async () => null,
};
const directory: LdapProvider = {
  kind: 'ldap',
  name: 'directory',
  title: 'Directory',
  rules,
  signIn: async (name, given) => (given === 'right' ? { ...grace, issuer: 'ldap:directory', name } : null),
};

let server: ReturnType<typeof createCheckedServer>;
beforeEach(async () => {
  hows = [];
  server = createCheckedServer({ signIn: true, identityProviders: [company, directory] });
  for (const name of ['ada', 'bob']) {
    const email = `${name}@example.com`;
    await server.fake.engine.people.accounts.create({
      name,
      kind: 'user',
      displayName: null,
      email,
      password,
      by: 'test',
    });
  }
});
afterEach(async () => {
  expect(server.violations).toEqual([]);
  await server.close();
});

/** A browser, of whose cookies those go with a navigation from another site that are not `SameSite=Strict`. */
function openBrowser() {
  const jar = new Map<string, Readonly<{ value: string; strict: boolean }>>();
  return async (url: string, body?: object, { fromElsewhere = false, origin = `http://${host}` } = {}) => {
    const sent = [...jar].filter(([, { strict }]) => !(strict && fromElsewhere));
    const answer = await server.app.inject({
      method: body === undefined ? 'GET' : 'POST',
      url,
      headers: {
        host,
        cookie: sent.map(([name, { value }]) => `${name}=${value}`).join('; '),
        ...(body === undefined ? {} : { 'content-type': 'application/json', origin }),
      },
      ...(body === undefined ? {} : { payload: body }),
    });
    for (const cookie of [answer.headers['set-cookie'] ?? []].flat()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
      if (value === '') jar.delete(name);
      else jar.set(name, { value, strict: cookie.includes('SameSite=Strict') });
    }
    return answer;
  };
}
type Browser = ReturnType<typeof openBrowser>;

async function signedIn(name: string): Promise<Browser> {
  const browse = openBrowser();
  await browse('/api/v1/sign-in', { name, password });
  return browse;
}
const own = '/api/v1/me/identities';
const callback = '/api/v1/sign-in/oidc/company/callback?code=c&state=the-state';
const linksOf = async (browse: Browser) => (await browse(own)).json().items;

/** To the provider and back, up to the page of the account. */
async function leave(browse: Browser) {
  const away = await browse(`${own}/oidc/company`, { password });
  expect(away.json().go_to).toContain('https://id.example/authorize');
  const back = await browse(callback, undefined, { fromElsewhere: true });
  const page = new URL(String(back.headers.location), `http://${host}`);
  expect([back.statusCode, page.pathname, page.searchParams.get('link')]).toEqual([302, '/account', 'company']);
  return page.searchParams.get('came') ?? '';
}

describe('linking by OpenID Connect', () => {
  test('asks for the password, has the provider ask anew, and links in the browser that began it', async () => {
    const ada = await signedIn('ada');
    expect((await ada(`${own}/oidc/company`, { password: 'wrong' })).json().error.code).toBe('sign_in_failed');
    const came = await leave(ada);
    expect(await linksOf(ada)).toEqual([]);
    const linked = (await ada(`${own}/oidc/company/finish`, { came })).json();
    expect(linked).toMatchObject({ provider: 'company', issuer: 'https://id.example', subject: '7' });
    expect(hows).toEqual([{ anew: true }, { anew: true }]);
    expect(await linksOf(ada)).toEqual([linked]);

    const other = openBrowser();
    await other('/api/v1/sign-in/oidc/company');
    await other(callback, undefined, { fromElsewhere: true });
    expect((await other('/api/v1/me')).json().account).toBe('ada');

    const list = (await ada('/api/v1/me/sessions')).json().items;
    expect(list).toHaveLength(2);
    expect((await ada(`${own}/${linked.id}/unlink`, { password: 'wrong' })).json().error.code).toBe('sign_in_failed');
    expect((await ada(`${own}/${linked.id}/unlink`, { password })).json()).toEqual({ removed: linked });
    expect(await linksOf(ada)).toEqual([]);
    expect((await other('/api/v1/me')).statusCode).toBe(401);
    expect((await ada('/api/v1/me')).statusCode).toBe(200);
  });

  test('signs nobody in, and links nothing by coming back alone', async () => {
    const ada = await signedIn('ada');
    await leave(ada);
    const stranger = openBrowser();
    const back = await stranger(callback, undefined, { fromElsewhere: true });
    expect(back.headers.location).toBe('/?sign_in_error=sign_in_failed&provider=company');
    expect((await stranger('/api/v1/me')).statusCode).toBe(401);
    expect(await linksOf(ada)).toEqual([]);
  });

  test('links nothing for whoever did not begin it, nor twice, nor for pages of others', async () => {
    const [ada, bob] = [await signedIn('ada'), await signedIn('bob')];
    const came = await leave(ada);
    const finish = (browse: Browser, options = {}) => browse(`${own}/oidc/company/finish`, { came }, options);
    expect((await finish(bob)).json().error.code).toBe('sign_in_failed');
    expect((await finish(ada, { origin: 'https://evil.example' })).json().error.code).toBe('unauthorized');
    expect((await finish(ada)).statusCode).toBe(200);
    expect((await finish(ada)).json().error.code).toBe('sign_in_failed');
    expect([await linksOf(bob), (await linksOf(ada)).length]).toEqual([[], 1]);
  });

  test('in a browser where somebody else has signed in meanwhile links nothing', async () => {
    const browse = await signedIn('ada');
    const came = await leave(browse);
    await browse('/api/v1/sign-in', { name: 'bob', password });
    expect((await browse(`${own}/oidc/company/finish`, { came })).json().error.code).toBe('sign_in_failed');
    expect(await linksOf(browse)).toEqual([]);
    // Who comes by the provider has no way into any account of the same name or address.
    const other = openBrowser();
    await other('/api/v1/sign-in/oidc/company');
    await other(callback, undefined, { fromElsewhere: true });
    expect((await other('/api/v1/me')).json().account).toBe('ada@company');
    const mine = await signedIn('ada');
    const again = await leave(mine);
    expect((await mine(`${own}/oidc/company/finish`, { came: again })).json().error.code).toBe('name_taken');
  });

  test('with what the provider did not send is refused', async () => {
    const ada = await signedIn('ada');
    await leave(ada);
    const finish = await ada(`${own}/oidc/company/finish`, { came: '?code=c&state=another' });
    expect(finish.json().error.code).toBe('sign_in_failed');
    expect(await linksOf(ada)).toEqual([]);
  });
});

describe('linking by a directory', () => {
  test('asks for both passwords', async () => {
    const ada = await signedIn('ada');
    const link = async (mine: string, theirs: string) =>
      (await ada(`${own}/ldap/directory`, { password: mine, name: 'grace', directory_password: theirs })).json();
    expect((await link('wrong', 'right')).error.code).toBe('sign_in_failed');
    expect((await link(password, 'wrong')).error.code).toBe('sign_in_failed');
    expect(await linksOf(ada)).toEqual([]);
    expect(await link(password, 'right')).toMatchObject({ provider: 'directory', issuer: 'ldap:directory' });
    const other = openBrowser();
    await other('/api/v1/sign-in/ldap/directory', { name: 'grace', password: 'right' });
    expect((await other('/api/v1/me')).json().account).toBe('ada');
  });
});

describe('an administrator', () => {
  test('sees links and takes them away; the audit log tells of both', async () => {
    const ada = await signedIn('ada');
    const came = await leave(ada);
    const linked = (await ada(`${own}/oidc/company/finish`, { came })).json();
    const { roles } = server.fake.engine.people;
    await roles.bind({ subject: { kind: 'account', name: 'bob' }, role: 'admin', where: {} });
    const bob = await signedIn('bob');
    expect((await bob('/api/v1/users/ada/identities')).json().items).toEqual([linked]);
    expect((await ada('/api/v1/users/ada/identities')).statusCode).toBe(403);
    expect((await bob(`/api/v1/users/ada/identities/${linked.id}/remove`, {})).json()).toEqual({ removed: linked });
    expect((await bob('/api/v1/users/ada/identities')).json().items).toEqual([]);
    expect((await ada('/api/v1/me')).statusCode).toBe(401);
    await server.fake.engine.audit.stop();
    const { items } = await server.fake.engine.audit.list({}, { limit: 20, after: null });
    const told = items
      .map(({ entry: { operation, actor, outcome, after } }) => ({ operation, actor, outcome, after }))
      .filter(({ operation, outcome }) => operation !== 'signIn' && outcome === 'done');
    expect(told).toEqual([
      { operation: 'removeUserIdentity', actor: 'bob', outcome: 'done', after: { removed: linked } },
      {
        operation: 'finishOwnLink',
        actor: 'ada',
        outcome: 'done',
        after: { provider: 'company', issuer: 'https://id.example', subject: '7' },
      },
    ]);
  });
});
