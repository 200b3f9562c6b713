// The pages on which people sign in by a real provider of OpenID Connect and by a real directory, let a command line in, and become
// the first administrator, in a real browser.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer as createTcpServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Engine } from '@millrace/engine';
import { createMemoryEngine } from '@millrace/engine/testkit';
import { createIdentityProvider } from '@millrace/identity';
import {
  type LdapServer,
  noDirectory,
  type OidcServer,
  rootDn,
  rootPassword,
  startLdapServer,
  startOidcServer,
  suffix,
} from '@millrace/identity/testkit';
import { createServer, type Server } from '@millrace/server';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { buildWhenStale } from '../build/build-when-stale.ts';
import { startBrowser, type Window } from './support/browser.ts';

const binary = fileURLToPath(new URL('../../millrace/bin/millrace.mjs', import.meta.url));
const testDirectory = noDirectory === null ? test : () => undefined;
let provider: OidcServer;
let directory: LdapServer | null = null;
let engine: Engine;
let server: Server;
let browser: Awaited<ReturnType<typeof startBrowser>>;
let window: Window;
let url: string;

const rules = {
  groups: { platform: ['operators'] },
  allowedGroups: null,
  createAccounts: true,
  timeoutMs: 5_000,
} as const;

async function startDirectory(): Promise<LdapServer | null> {
  if (noDirectory !== null) {
    console.warn(`Signing in by a directory is skipped: ${noDirectory}.`);
    return null;
  }
  const bob = `uid=bob,${suffix}`;
  return startLdapServer([
    [suffix, { objectClass: ['dcObject', 'organization'], dc: 'example', o: 'Example' }],
    [bob, { objectClass: 'inetOrgPerson', uid: 'bob', cn: 'Bob Kahn', sn: 'Kahn', userPassword: 'bob-secret' }],
    [`cn=platform,${suffix}`, { objectClass: 'groupOfNames', cn: 'platform', member: [bob] }],
  ]);
}

beforeAll(async () => {
  buildWhenStale();
  const port = await freePort();
  url = `http://127.0.0.1:${port}`;
  provider = await startOidcServer([`${url}/api/v1/sign-in/oidc/company/callback`], [`${url}/`]);
  provider.people.set('7', { preferred_username: 'grace', name: 'Grace Hopper', groups: ['platform'] });
  provider.people.set('8', { preferred_username: 'lovelace' });
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
    ...rules,
  });
  directory = await startDirectory();
  process.env.MILLRACE_TEST_LDAP_SECRET = rootPassword;
  const ldap =
    directory === null
      ? []
      : [
          createIdentityProvider({
            type: 'ldap',
            name: 'directory',
            at: { file: 'millrace.yaml', line: 2, column: 1 },
            title: 'Example Directory',
            url: directory.url,
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
            ...rules,
          }),
        ];
  engine = await createMemoryEngine();
  const { roles } = engine.people;
  await roles.putGroup({ name: 'operators', description: 'Of the platform.' });
  await roles.bind({ subject: { kind: 'group', name: 'operators' }, role: 'operator', where: {} });
  server = createServer({
    engine,
    host: '127.0.0.1',
    port,
    version: '0',
    logger: false,
    signIn: true,
    identityProviders: [company, ...ldap],
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
  await directory?.close();
  delete process.env.MILLRACE_TEST_OIDC_SECRET;
  delete process.env.MILLRACE_TEST_LDAP_SECRET;
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

/** At the provider's own pages, as somebody. */
async function passProvider({ page }: Window, login = '7'): Promise<void> {
  await page.locator('input[name=login]').fill(login);
  await page.locator('input[name=password]').fill('any');
  await page.locator('button[type=submit]').click();
  await page.locator('button[type=submit]').click();
}

async function signInAtProvider(): Promise<void> {
  const { page } = window;
  await page.getByRole('button', { name: 'Sign in with Example Company' }).click();
  await passProvider(window);
}

async function signOut(who: string): Promise<void> {
  await window.page.getByRole('button', { name: `Account: ${who}` }).click();
  await window.page.getByRole('menuitem', { name: 'Sign out' }).click();
}

/** What the account page says of groups and roles that came from a provider's group. */
async function expectOperator(): Promise<void> {
  const { page } = window;
  await page.goto('/account');
  await page.getByText('operators', { exact: true }).waitFor();
  const may = page.locator('div', { has: page.getByText('May, everywhere', { exact: true }) }).last();
  await may.getByText('run:control', { exact: true }).waitFor();
}

test('a provider lets somebody in, and the browser is back where it began; its groups give roles, and it signs out too', async () => {
  const { page } = window;
  await page.goto('/settings');
  await page.getByRole('button', { name: 'Sign in with Example Company' }).waitFor();
  await window.inspect('sign-in-provider');
  await signInAtProvider();
  await page.waitForURL(`${url}/settings`);
  await page.getByText('You are signed in as Grace Hopper.').waitFor();
  await expectOperator();
  await signOut('Grace Hopper');
  // The provider asks whether to sign out there as well, and sends the browser back.
  await page.waitForURL(`${provider.issuer}/**`);
  await page.getByRole('button', { name: 'Yes, sign me out' }).click();
  await page.waitForURL(`${url}/`);
  await page.getByRole('dialog', { name: 'Sign in to Millrace' }).waitFor();
  expect(await page.context().cookies(url)).toEqual([]);
});

testDirectory(
  'a directory lets somebody in by name and password; its groups give roles, and he signs out',
  async () => {
    const { page } = window;
    await page.goto('/settings');
    await page.getByText('Sign in with Example Directory').click();
    await page.getByLabel('Name in Example Directory').fill('bob');
    await page.getByLabel('Password of Example Directory').fill('wrong');
    const form = page.locator('form', { has: page.getByLabel('Name in Example Directory') });
    await form.getByRole('button', { name: 'Sign in', exact: true }).click();
    await form.getByRole('alert').waitFor();
    await window.inspect('sign-in-directory-refused');
    await page.getByLabel('Password of Example Directory').fill('bob-secret');
    await form.getByRole('button', { name: 'Sign in', exact: true }).click();
    await page.getByText('You are signed in as Bob Kahn.').waitFor();
    expect(new URL(page.url()).pathname).toBe('/settings');
    await expectOperator();
    expect(await engine.people.accounts.get('bob')).toMatchObject({ createdBy: 'directory', passwordHash: null });
    await signOut('Bob Kahn');
    await page.getByRole('dialog', { name: 'Sign in to Millrace' }).waitFor();
    expect(await page.context().cookies(url)).toEqual([]);
  },
);

test('a command line gets its session by the page: signed in at the provider, and allowed by hand', async () => {
  const { page } = window;
  const scratch = mkdtempSync(join(tmpdir(), 'millrace-web-login-'));
  const line = startLogin(scratch, '--browser');
  const [address = ''] = await line.says(/http\S+\/login\?request=\S{43}/);
  await page.goto(address);
  await page.getByRole('button', { name: 'Sign in with Example Company' }).waitFor();
  await signInAtProvider();
  await page.getByRole('heading', { name: 'Let a command line in' }).waitFor();
  await page.getByText('Grace Hopper').waitFor();
  await page.getByText('127.0.0.1').waitFor();
  await window.inspect('login-asked');
  await page.getByRole('button', { name: 'Let it in' }).click();
  await page.getByRole('heading', { name: 'The command line is in' }).waitFor();
  expect(page.url()).toBe(`${url}/login?answered=allowed`);
  await window.inspect('login-allowed');
  expect(JSON.parse(await line.output)).toMatchObject({ account: 'grace' });

  const other = startLogin(scratch, '--no-browser');
  const [, code = ''] = await other.says(/ (\w{4}-\w{4})\n/);
  await page.goto('/login');
  await window.inspect('login-code');
  window.expectErrors(/404|WebSocket|\/api\/v1\/live/);
  await page.getByLabel('Code').fill('BBBB-BBBB');
  await page.getByRole('button', { name: 'Go on' }).click();
  await page.getByText(/No command line waits with this code/).waitFor();
  await page.getByRole('button', { name: 'Type another code' }).click();
  await page.getByLabel('Code').fill(code.toLowerCase());
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'No', exact: true }).click();
  await page.getByRole('heading', { name: 'The command line stays out' }).waitFor();
  await window.inspect('login-refused');
  expect(await other.output).toContain('The login was refused in the browser.');
  rmSync(scratch, { recursive: true });
});

test('somebody links a provider to his account with both proofs, signs in by it, and unlinks it', async () => {
  const { page } = window;
  await page.goto('/account');
  await page.getByLabel('Name', { exact: true }).fill('ada');
  await page.getByLabel('Password', { exact: true }).fill('an-engine-of-analysis');
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.getByText('By no provider.').waitFor();
  await page.getByRole('button', { name: 'Link Example Company' }).click();
  await page.getByLabel('Your password here').fill('not-the-password');
  await page.getByRole('button', { name: 'Go to Example Company' }).click();
  await page.getByRole('alert').waitFor();
  await window.inspect('account-link-refused');
  await page.getByLabel('Your password here').fill('an-engine-of-analysis');
  await page.getByRole('button', { name: 'Go to Example Company' }).click();
  await passProvider(window, '8');
  await page.waitForURL(`${url}/account?link=company&came=*`);
  await page.getByRole('dialog', { name: 'Link Example Company' }).waitFor();
  await window.inspect('account-link');
  await page.getByRole('button', { name: 'Link it' }).click();
  await page.getByRole('button', { name: 'Unlink Example Company' }).waitFor();
  await page.waitForURL(`${url}/account`);
  await window.inspect('account-linked');

  const other = await browser.open(url);
  other.expectErrors(/401|WebSocket|\/api\/v1\/live|ERR_|fonts\.googleapis/);
  await other.page.goto('/settings');
  await other.page.getByRole('button', { name: 'Sign in with Example Company' }).click();
  await passProvider(other, '8');
  await other.page.getByText('You are signed in as Ada Lovelace.').waitFor();

  await page.goto('/people/users/ada');
  await page.getByText('company', { exact: true }).waitFor();
  await window.inspect('user-identities');
  await page.goto('/account');
  await page.getByRole('button', { name: 'Unlink Example Company' }).click();
  await page.getByLabel('Your password here').fill('an-engine-of-analysis');
  await window.inspect('account-unlink');
  await page.getByRole('button', { name: 'Unlink it' }).click();
  await page.getByText('By no provider.').waitFor();
  await other.page.goto('/runs');
  await other.page.getByRole('dialog', { name: 'Sign in to Millrace' }).waitFor();
  await other.close();
});

test('a provider that lets nobody in is told so', async () => {
  await window.page.goto('/runs?sign_in_error=sign_in_failed&provider=company');
  await window.page.getByText(/company has let nobody in \(sign_in_failed\)/).waitFor();
});

/** The real command, which opens no browser. */
function startLogin(scratch: string, option: string) {
  const env = { ...process.env, XDG_CONFIG_HOME: scratch, BROWSER: '/bin/true', NO_COLOR: '1', MILLRACE_TOKEN: '' };
  const child = spawn(process.execPath, [binary, 'login', '--url', url, option, '--json'], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const waiting = new Set<() => void>();
  let [output, notes] = ['', ''];
  child.stdout.on('data', (data: Buffer) => {
    output += data.toString();
  });
  child.stderr.on('data', (data: Buffer) => {
    notes += data.toString();
    for (const look of waiting) look();
  });
  return {
    output: new Promise<string>((resolve) => child.once('close', () => resolve(output))),
    says: (pattern: RegExp) =>
      new Promise<RegExpExecArray>((resolve, reject) => {
        waiting.add(() => {
          const found = pattern.exec(notes);
          if (found !== null) resolve(found);
        });
        child.once('close', () => reject(new Error(`millrace login ended: ${output}${notes}`)));
      }),
  };
}

/** The provider must know where it sends people back to before the server is there. */
function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const probe = createTcpServer().listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}
