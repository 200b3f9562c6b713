import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { OidcProviderConfig } from '@millrace/definition';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type OidcServer, startOidcServer } from '../testkit/index.ts';
import { createOidcProvider } from './oidc.ts';

const callback = 'http://millrace.example/api/v1/sign-in/oidc/company/callback';
let server: OidcServer;

beforeAll(async () => {
  server = await startOidcServer([callback], ['http://millrace.example/']);
  process.env.MILLRACE_TEST_OIDC_SECRET = server.clientSecret;
  server.people.set('ada-1', {
    name: 'Ada Lovelace',
    preferred_username: 'Ada',
    email: 'ada@example.com',
    email_verified: true,
    groups: ['platform', 'night', 7],
  });
  server.people.set('bare', { email: 'mallory@example.com', email_verified: false });
});
afterAll(async () => {
  delete process.env.MILLRACE_TEST_OIDC_SECRET;
  await server.close();
});

const config = (more: Partial<OidcProviderConfig> = {}): OidcProviderConfig => ({
  name: 'company',
  at: { file: 'millrace.yaml', line: 1, column: 1 },
  title: 'Company',
  groups: {},
  allowedGroups: null,
  createAccounts: true,
  timeoutMs: 5_000,
  type: 'oidc',
  issuer: server.issuer,
  clientId: server.clientId,
  clientSecret: { env: 'MILLRACE_TEST_OIDC_SECRET' },
  scopes: ['openid', 'profile', 'email'],
  nameClaim: 'preferred_username',
  groupsClaim: 'groups',
  ...more,
});

async function comeBack(login: string, more: Partial<OidcProviderConfig> = {}) {
  const provider = createOidcProvider(config(more));
  const { url, attempt } = await provider.begin(callback);
  return { provider, attempt, url: new URL(url), came: await server.visit(url, login) };
}

describe('a provider of OpenID Connect', () => {
  it('says who came back, with name and groups from wherever it tells them', async () => {
    const { provider, attempt, url, came } = await comeBack('ada-1');
    expect(Object.fromEntries(url.searchParams)).toMatchObject({
      redirect_uri: callback,
      response_type: 'code',
      scope: 'openid profile email',
      code_challenge_method: 'S256',
      state: attempt.state,
      nonce: attempt.nonce,
    });
    expect(url.href).not.toContain(attempt.verifier);
    expect(await provider.finish(came.href, attempt)).toEqual({
      issuer: server.issuer,
      subject: 'ada-1',
      name: 'Ada',
      displayName: 'Ada Lovelace',
      email: 'ada@example.com',
      groups: ['platform', 'night'],
    });
  });

  it('an address that was not verified counts as none, also for the name', async () => {
    const { provider, attempt, came } = await comeBack('bare');
    expect(await provider.finish(came.href, attempt)).toMatchObject({
      subject: 'bare',
      name: 'bare',
      email: null,
      groups: [],
    });
  });

  it.each([
    ['another state', { state: 'another' }],
    ['another nonce', { nonce: 'another' }],
    ['another verifier', { verifier: 'a'.repeat(43) }],
  ])('a code is good for nobody with %s', async (_, wrong) => {
    const { provider, attempt, came } = await comeBack('ada-1');
    await expect(provider.finish(came.href, { ...attempt, ...wrong })).rejects.toMatchObject({
      code: 'sign_in_failed',
    });
  });

  it('a code is good once', async () => {
    const { provider, attempt, came } = await comeBack('ada-1');
    await provider.finish(came.href, attempt);
    await expect(provider.finish(came.href, attempt)).rejects.toMatchObject({ code: 'sign_in_failed' });
  });

  it('what it refuses is told by its own word', async () => {
    const { provider, attempt } = await comeBack('ada-1');
    const refused = `${callback}?error=access_denied&state=${attempt.state}&iss=${encodeURIComponent(server.issuer)}`;
    await expect(provider.finish(refused, attempt)).rejects.toMatchObject({
      code: 'sign_in_failed',
      message: 'company refused the sign-in: access_denied.',
    });
  });

  it('an answer that claims to come from another provider is refused', async () => {
    const { provider, attempt, came } = await comeBack('ada-1');
    came.searchParams.set('iss', 'https://evil.example');
    await expect(provider.finish(came.href, attempt)).rejects.toMatchObject({ code: 'sign_in_failed' });
  });

  it('sends the browser on to sign out there as well', async () => {
    const provider = createOidcProvider(config());
    const url = new URL((await provider.signOutUrl('http://millrace.example/')) ?? '');
    expect(url.origin).toBe(server.issuer);
    expect(Object.fromEntries(url.searchParams)).toEqual({
      post_logout_redirect_uri: 'http://millrace.example/',
      client_id: server.clientId,
    });
    expect((await fetch(url)).status).toBe(200);
  });

  it('that is dead, or says nothing, lets nobody wait for long, and is asked again', async () => {
    const silent = createServer(() => undefined);
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const issuer = `http://127.0.0.1:${(silent.address() as AddressInfo).port}`;
    const provider = createOidcProvider(config({ issuer, timeoutMs: 300 }));
    const began = performance.now();
    await expect(provider.begin(callback)).rejects.toMatchObject({ code: 'identity_provider_unavailable' });
    expect(performance.now() - began).toBeLessThan(10_000);
    silent.closeAllConnections();
    await new Promise((resolve) => silent.close(resolve));
    await expect(provider.begin(callback)).rejects.toMatchObject({ code: 'identity_provider_unavailable' });
  });

  it('a secret that is not there is told where it should be', async () => {
    const provider = createOidcProvider(config({ clientSecret: { env: 'MILLRACE_TEST_NO_SUCH' } }));
    await expect(provider.begin(callback)).rejects.toMatchObject({
      code: 'identity_provider_unavailable',
      message: expect.stringContaining('MILLRACE_TEST_NO_SUCH is not set'),
    });
    const file = createOidcProvider(config({ clientSecret: { file: '/no/such/file' } }));
    await expect(file.begin(callback)).rejects.toMatchObject({
      message: expect.stringContaining('/no/such/file cannot be read'),
    });
  });
});
