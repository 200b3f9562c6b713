import { MillraceError } from '@millrace/core';
import type { LdapProvider, OidcProvider, OutsideIdentity } from '@millrace/engine';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createCheckedServer } from '../../testkit/checked-server.ts';

const rules = { createAccounts: true, groups: {}, allowedGroups: null };
const identity: OutsideIdentity = {
  issuer: 'https://id.example',
  subject: '1',
  name: 'Ada',
  displayName: null,
  email: null,
  groups: [],
};
const host = 'millrace.example';
const base = '/api/v1/sign-in/oidc/company';

let came: string[];
let fails: MillraceError | null;
const company: OidcProvider = {
  kind: 'oidc',
  name: 'company',
  title: 'Company account',
  issuer: 'https://id.example',
  rules,
  async begin(callback) {
    if (fails !== null) throw fails;
    const attempt = { state: 'the-state', nonce: 'the-nonce', verifier: 'the-verifier' };
    return { url: `https://id.example/authorize?redirect_uri=${encodeURIComponent(callback)}`, attempt };
  },
  async finish(address, attempt) {
    came.push(address);
    if (fails !== null) throw fails;
    if (new URL(address).searchParams.get('state') !== attempt.state) {
      throw new MillraceError('sign_in_failed', 'Another state.', { hint: '' });
    }
    return identity;
  },
  signOutUrl: async (backTo) => `https://id.example/end?back=${encodeURIComponent(backTo)}`,
};
const directory: LdapProvider = {
  kind: 'ldap',
  name: 'directory',
  title: 'Directory',
  rules,
  signIn: async (name, password) => (password === 'right' ? { ...identity, issuer: 'ldap:directory', name } : null),
};

let server: ReturnType<typeof createCheckedServer>;
beforeEach(() => {
  came = [];
  fails = null;
  server = createCheckedServer({ signIn: true, identityProviders: [company, directory] });
});
afterEach(async () => {
  expect(server.violations).toEqual([]);
  await server.close();
});

const get = (url: string, headers: Record<string, string> = {}) =>
  server.app.inject({ url, headers: { host, ...headers } });
const cookiesOf = (answer: Awaited<ReturnType<typeof get>>): readonly string[] =>
  [answer.headers['set-cookie'] ?? []].flat();
const pairOf = (cookie: string | undefined): string => (cookie ?? '').split(';', 1)[0] ?? '';

async function leave(returnTo = '/runs/1042', headers: Record<string, string> = {}) {
  const answer = await get(`${base}?return_to=${encodeURIComponent(returnTo)}`, headers);
  return { answer, cookie: pairOf(cookiesOf(answer)[0]) };
}

async function audited() {
  await server.fake.engine.audit.stop();
  const { items } = await server.fake.engine.audit.list({}, { limit: 10, after: null });
  return items.map(({ entry: { operation, outcome, actor, code } }) => ({ operation, outcome, actor, code }));
}

describe('a provider of OpenID Connect', () => {
  test('is offered, and gets the browser with the address to come back to', async () => {
    expect((await get('/api/v1/sign-in')).json().providers).toEqual([
      { name: 'company', title: 'Company account', kind: 'oidc' },
      { name: 'directory', title: 'Directory', kind: 'ldap' },
    ]);
    const { answer } = await leave();
    expect([answer.statusCode, answer.headers['cache-control']]).toEqual([302, 'no-store']);
    const callback = encodeURIComponent(`http://${host}${base}/callback`);
    expect(answer.headers.location).toBe(`https://id.example/authorize?redirect_uri=${callback}`);
    expect(cookiesOf(answer)[0]).toMatch(/^millrace_oidc=[\w-]+; Max-Age=600; Path=\/; HttpOnly; SameSite=Lax$/);
  });

  test('gives a session to the browser that comes back, and leads it where it was', async () => {
    const { cookie } = await leave();
    const answer = await get(`${base}/callback?code=c&state=the-state`, { cookie });
    expect([answer.statusCode, answer.headers.location]).toEqual([302, '/runs/1042']);
    expect(came).toEqual([`http://${host}${base}/callback?code=c&state=the-state`]);
    const cookies = cookiesOf(answer);
    expect(cookies.map((one) => one.split('=', 1)[0])).toEqual([
      'millrace_oidc',
      'millrace_access',
      'millrace_refresh',
    ]);
    expect(cookies[0]).toContain('millrace_oidc=; Max-Age=0');
    expect(cookies[1]).toContain('SameSite=Strict');
    const me = (await get('/api/v1/me', { cookie: pairOf(cookies[1]) })).json();
    expect(me).toMatchObject({ account: 'ada', sign_in: { methods: ['password', 'oidc', 'ldap'] } });
    expect(await audited()).toEqual([{ operation: 'finishOidcSignIn', outcome: 'done', actor: 'ada', code: null }]);
  });

  test('over https has cookies that no other host can set', async () => {
    const headers = { 'x-forwarded-proto': 'https' };
    const { answer, cookie } = await leave('/', headers);
    expect(cookiesOf(answer)[0]).toMatch(/^__Host-millrace_oidc=.*; Secure$/);
    expect(answer.headers.location).toContain(encodeURIComponent(`https://${host}`));
    const plain = cookie.replace('__Host-', '');
    expect(
      (await get(`${base}/callback?code=c&state=the-state`, { ...headers, cookie: plain })).headers.location,
    ).toContain('sign_in_error');
    expect((await get(`${base}/callback?code=c&state=the-state`, { ...headers, cookie })).headers.location).toBe('/');
  });

  test.each([
    ['a browser that never left', async () => ''],
    [
      'a browser that left for another provider',
      async () =>
        `millrace_oidc=${Buffer.from(JSON.stringify({ provider: 'other', returnTo: '/', state: 'the-state', nonce: 'n', verifier: 'v' })).toString('base64url')}`,
    ],
    ['a cookie that is nonsense', async () => 'millrace_oidc=nonsense'],
  ])('gives nothing to %s', async (_, cookieOf) => {
    const answer = await get(`${base}/callback?code=c&state=the-state`, { cookie: await cookieOf() });
    expect(answer.headers.location).toBe('/?sign_in_error=sign_in_failed&provider=company');
    expect(came).toEqual([]);
    expect(cookiesOf(answer).map((one) => one.split('=', 1)[0])).toEqual(['millrace_oidc']);
    expect(await audited()).toEqual([
      { operation: 'finishOidcSignIn', outcome: 'refused', actor: null, code: 'sign_in_failed' },
    ]);
  });

  test('gives nothing for the state of another browser', async () => {
    const { cookie } = await leave();
    const answer = await get(`${base}/callback?code=c&state=of-somebody-else`, { cookie });
    expect(answer.headers.location).toBe('/?sign_in_error=sign_in_failed&provider=company');
    expect(cookiesOf(answer)).toHaveLength(1);
  });

  test.each(['//evil.example', 'https://evil.example', '/\\evil.example'])('leads nobody to %s', async (returnTo) => {
    const { cookie } = await leave(returnTo);
    expect((await get(`${base}/callback?code=c&state=the-state`, { cookie })).headers.location).toBe('/');
    const forged = { provider: 'company', returnTo, state: 'the-state', nonce: 'n', verifier: 'v' };
    const own = `millrace_oidc=${Buffer.from(JSON.stringify(forged)).toString('base64url')}`;
    expect((await get(`${base}/callback?code=c&state=the-state`, { cookie: own })).headers.location).toBe('/');
  });

  test('that is dead stops neither the server nor other ways', async () => {
    fails = new MillraceError('identity_provider_unavailable', 'It is dead.', { hint: 'Wait.' });
    const { answer } = await leave();
    expect([answer.statusCode, answer.json().error.code]).toEqual([503, 'identity_provider_unavailable']);
    expect((await get('/health/ready')).statusCode).toBe(200);
  });

  test('that there is not is not found', async () => {
    for (const url of [
      '/api/v1/sign-in/oidc/nobody',
      '/api/v1/sign-in/oidc/directory',
      '/api/v1/sign-in/oidc/nobody/callback',
    ]) {
      expect((await get(url)).json().error.code).toBe('not_found');
    }
  });

  test('is signed out of as well', async () => {
    const { cookie } = await leave();
    const back = await get(`${base}/callback?code=c&state=the-state`, { cookie });
    const access = pairOf(cookiesOf(back)[1]);
    const signOut = () =>
      server.app.inject({
        method: 'POST',
        url: '/api/v1/sign-out',
        headers: { host, 'content-type': 'application/json', cookie: access },
        payload: {},
      });
    expect((await signOut()).json()).toEqual({
      ended: true,
      go_to: `https://id.example/end?back=${encodeURIComponent(`http://${host}/`)}`,
    });
    expect((await signOut()).statusCode).toBe(401);
  });
});

describe('a directory', () => {
  const signIn = (password: string, headers: Record<string, string> = {}) =>
    server.app.inject({
      method: 'POST',
      url: '/api/v1/sign-in/ldap/directory',
      headers: { host, 'content-type': 'application/json', ...headers },
      payload: { name: 'Bob', password },
    });

  test('gives a session for the right password', async () => {
    const answer = await signIn('right');
    expect(answer.json()).toMatchObject({ account: 'bob' });
    expect((await get('/api/v1/me', { cookie: pairOf(cookiesOf(answer)[0]) })).json().account).toBe('bob');
    const wrong = await signIn('wrong');
    expect([wrong.statusCode, wrong.json().error.code, cookiesOf(wrong)]).toEqual([401, 'sign_in_failed', []]);
    expect(await audited()).toEqual([
      { operation: 'signInByDirectory', outcome: 'refused', actor: 'bob', code: 'sign_in_failed' },
      { operation: 'signInByDirectory', outcome: 'done', actor: 'bob', code: null },
    ]);
  });

  test('is no way for pages of others, nor without a password', async () => {
    expect((await signIn('right', { origin: 'https://evil.example' })).statusCode).toBe(401);
    expect((await signIn('')).statusCode).toBe(400);
  });
});
