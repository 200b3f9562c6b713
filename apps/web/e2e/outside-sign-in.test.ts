// Signing in by a real provider of OpenID Connect, in a real browser: away from the page, over the provider, and back to it.
import { type OidcServer, startOidcServer } from '@millrace/identity/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { buildWhenStale } from '../build/build-when-stale.ts';
import { startBrowser, type Window } from './support/browser.ts';
import { type Millrace, startMillrace } from './support/millrace.ts';

const workflows = 'workflows:\n  hello:\n    steps:\n      greet: { type: shell, cmd: echo hello }\n';

let provider: OidcServer;
let millrace: Millrace;
let browser: Awaited<ReturnType<typeof startBrowser>>;
let window: Window;

beforeAll(async () => {
  buildWhenStale();
  provider = await startOidcServer(['http://127.0.0.1/api/v1/sign-in/oidc/company/callback']);
  provider.people.set('7', { preferred_username: 'ada', name: 'Ada L.', groups: ['everybody'] });
  process.env.MILLRACE_TEST_OIDC_SECRET = provider.clientSecret;
  const config = `sign_in:
  company:
    type: oidc
    title: Company account
    issuer: ${provider.issuer}
    client_id: ${provider.clientId}
    client_secret_env: MILLRACE_TEST_OIDC_SECRET
    groups: { everybody: staff }
`;
  [millrace, browser] = await Promise.all([
    startMillrace({ main: { '.workflows/a.yaml': workflows } }, { token: 'a-token-for-the-browser-tests', config }),
    startBrowser(),
  ]);
  await millrace.api.groups.put('staff', { description: 'Everybody' });
  await millrace.api.roleBindings.bind({ group: 'staff', role: 'viewer' });
});
afterAll(async () => {
  delete process.env.MILLRACE_TEST_OIDC_SECRET;
  await window?.close();
  await browser?.close();
  await millrace?.stop();
  await provider?.close();
});

test('a person goes to the provider and comes back to the page that he wanted to see', async () => {
  window = await browser.open(millrace.url);
  window.expectErrors(/401|WebSocket|\/api\/v1\/live/);
  const { page } = window;
  await page.goto('/workflows?search=hello');
  await page.getByRole('button', { name: 'Sign in with Company account' }).waitFor();
  await window.inspect('sign-in-providers');
  await page.getByRole('button', { name: 'Sign in with Company account' }).click();
  await page.locator('input[name="login"]').fill('7');
  expect(new URL(page.url()).origin).toBe(provider.issuer);
  await page.locator('input[name="password"]').fill('any');
  await page.locator('button[type="submit"]').click();
  await page.getByRole('button', { name: 'Continue' }).click();
  await page.getByRole('button', { name: 'Account: Ada L.' }).waitFor();
  const here = new URL(page.url());
  expect([here.origin, here.pathname, here.search]).toEqual([millrace.url, '/workflows', '?search=hello']);
  await page.getByRole('link', { name: 'hello' }).first().waitFor();
  expect(await page.evaluate('document.cookie')).toBe('');

  await page.goto('/?sign_in_error=sign_in_failed&provider=company');
  await page.context().clearCookies();
  await page.reload();
  await page.getByText('The sign-in came to nothing (sign_in_failed).').waitFor();
});
