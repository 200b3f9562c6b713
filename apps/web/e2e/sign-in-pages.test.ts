// The pages on which people sign in by a real provider of OpenID Connect and become the first administrator, in a real browser.
import { createServer as createTcpServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { createEngine, createMemoryStore, type Engine } from '@millrace/engine';
import { createIdentityProvider } from '@millrace/identity';
import { type OidcServer, startOidcServer } from '@millrace/identity/testkit';
import { createServer, type Server } from '@millrace/server';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { buildWhenStale } from '../build/build-when-stale.ts';
import { startBrowser, type Window } from './support/browser.ts';

let provider: OidcServer;
let engine: Engine;
let server: Server;
let browser: Awaited<ReturnType<typeof startBrowser>>;
let window: Window;
let url: string;

beforeAll(async () => {
  buildWhenStale();
  const port = await freePort();
  url = `http://127.0.0.1:${port}`;
  provider = await startOidcServer([`${url}/api/v1/sign-in/oidc/company/callback`], [`${url}/`]);
  provider.people.set('7', { preferred_username: 'grace', name: 'Grace Hopper' });
  process.env.MILLRACE_TEST_OIDC_SECRET = provider.clientSecret;
  const company = createIdentityProvider({
    type: 'oidc',
    name: 'company',
    at: { file: 'millrace.yaml', line: 1, column: 1 },
    title: 'Example Company',
    issuer: provider.issuer,
    clientId: provider.clientId,
    clientSecret: { env: 'MILLRACE_TEST_OIDC_SECRET' },
    scopes: ['openid', 'profile', 'email'],
    nameClaim: 'preferred_username',
    groupsClaim: 'groups',
    groups: {},
    allowedGroups: null,
    createAccounts: true,
    timeoutMs: 5_000,
  });
  const blobs = {} as Parameters<typeof createEngine>[0]['blobs'];
  engine = await createEngine({ ...createMemoryStore(), blobs });
  server = createServer({
    engine,
    host: '127.0.0.1',
    port,
    version: '0',
    logger: false,
    signIn: true,
    identityProviders: [company],
    webUi: fileURLToPath(new URL('../dist', import.meta.url)),
  });
  await server.listen();
  browser = await startBrowser();
}, 400_000);
afterAll(async () => {
  await browser?.close();
  await server?.close();
  await engine?.stop();
  await provider?.close();
  delete process.env.MILLRACE_TEST_OIDC_SECRET;
});
beforeEach(async () => {
  window = await browser.open(url);
  // What the provider's own pages load from elsewhere is not there in tests.
  window.expectErrors(/401|WebSocket|\/api\/v1\/live|ERR_|fonts\.googleapis/);
});
afterEach(() => window.close());

test('the link of the server makes the first administrator, once', async () => {
  const { page } = window;
  const token = (await engine.people.setUp.token()) ?? '';
  await page.goto('/');
  await page.getByText('This server has no administrator yet.').waitFor();
  await window.inspect('sign-in-set-up-needed');
  await page.goto(`/set-up#token=${token}`);
  await page.getByLabel('Name', { exact: true }).fill('ada');
  await page.getByLabel('Name to be shown').fill('Ada Lovelace');
  await page.getByLabel('New password').fill('an-engine-of-analysis');
  await page.getByLabel('The same again').fill('an-engine-of-analysis');
  await window.inspect('set-up');
  await page.getByRole('button', { name: 'Become administrator' }).click();
  await page.getByRole('button', { name: 'Account: Ada Lovelace' }).waitFor();
  expect(new URL(page.url()).pathname).toBe('/');
  expect(page.url()).not.toContain(token);
});

test('a provider lets somebody in, and the browser is back where it began', async () => {
  const { page } = window;
  await page.goto('/settings');
  await page.getByRole('button', { name: 'Sign in with Example Company' }).waitFor();
  await window.inspect('sign-in-provider');
  await page.getByRole('button', { name: 'Sign in with Example Company' }).click();
  await page.locator('input[name=login]').fill('7');
  await page.locator('input[name=password]').fill('any');
  await page.locator('button[type=submit]').click();
  await page.locator('button[type=submit]').click();
  await page.waitForURL(`${url}/settings`);
  await page.getByText('You are signed in as Grace Hopper.').waitFor();
});

test('a provider that lets nobody in is told so', async () => {
  await window.page.goto('/runs?sign_in_error=sign_in_failed&provider=company');
  await window.page.getByText(/company has let nobody in \(sign_in_failed\)/).waitFor();
});

/** The provider must know where it sends people back to before the server is there. */
function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const probe = createTcpServer().listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}
