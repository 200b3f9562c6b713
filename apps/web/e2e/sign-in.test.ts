// Signing in and out, in a real browser, against a real server that asks who calls.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { buildWhenStale } from '../build/build-when-stale.ts';
import { narrow, startBrowser, type Window } from './support/browser.ts';
import { type Millrace, startMillrace } from './support/millrace.ts';

const workflows = `workflows:
  hello:
    input: { who: { type: string, default: world } }
    steps:
      greet: { type: shell, cmd: 'echo "{{ input.who }}"' }
`;
const password = 'an-engine-of-analysis';

let millrace: Millrace;
let browser: Awaited<ReturnType<typeof startBrowser>>;
let window: Window;

beforeAll(async () => {
  buildWhenStale();
  const files = { '.workflows/a.yaml': workflows };
  [millrace, browser] = await Promise.all([
    startMillrace({ main: files, other: files }, { token: 'a-token-for-the-browser-tests' }),
    startBrowser(),
  ]);
  for (const name of ['ada', 'bob']) await millrace.api.users.create({ name, password });
  await millrace.api.roleBindings.bind({ account: 'ada', role: 'admin' });
  await millrace.api.roleBindings.bind({ account: 'bob', role: 'viewer', where: { workspace: 'other' } });
});
afterAll(async () => {
  await browser?.close();
  await millrace?.stop();
});
beforeEach(async () => {
  window = await browser.open(millrace.url);
  window.expectErrors(/401|WebSocket|429|\/api\/v1\/live/);
});
afterEach(() => window.close());

async function signIn(name: string, given = password): Promise<void> {
  const dialog = window.page.getByRole('dialog', { name: 'Sign in to Millrace' });
  await dialog.getByLabel('Name', { exact: true }).fill(name);
  await dialog.getByLabel('Password', { exact: true }).fill(given);
  await dialog.getByRole('button', { name: 'Sign in', exact: true }).click();
}

describe('signing in', () => {
  test('refuses what is wrong, leads to where one wanted to go, and lasts over a reload', async () => {
    const { page } = window;
    await page.goto('/workflows');
    await page.getByRole('dialog', { name: 'Sign in to Millrace' }).waitFor();
    await window.inspect('sign-in');
    await signIn('ada', 'wrong');
    await page.getByRole('alert').waitFor();
    await window.inspect('sign-in-refused');
    await signIn('ada');
    await page.getByRole('link', { name: 'hello' }).first().waitFor();
    expect(new URL(page.url()).pathname).toBe('/workflows');
    await page.getByText('live', { exact: true }).waitFor();
    await page.reload();
    await page.getByRole('link', { name: 'hello' }).first().waitFor();
    expect(await page.evaluate('document.cookie')).toBe('');
    const kept = await page.evaluate('JSON.stringify({ ...localStorage, ...sessionStorage })');
    expect(kept).not.toContain(password);
  });

  test('is renewed unseen when the access token is over', async () => {
    const { page } = window;
    await page.goto('/runs');
    await signIn('ada');
    await page.getByText('No run yet').waitFor();
    await page.context().clearCookies({ name: 'millrace_access' });
    await page.getByRole('link', { name: 'Workflows', exact: true }).click();
    await page.getByRole('link', { name: 'hello' }).first().waitFor();
    expect(await page.getByRole('dialog', { name: 'Sign in to Millrace' }).count()).toBe(0);
  });

  test('comes back over the page when the session is over; what was typed and sent arrives afterwards', async () => {
    const { page } = window;
    await page.goto('/workflows/main/hello?view=start');
    await signIn('ada');
    await page.getByLabel('who').fill('somebody who was away');
    await page.context().clearCookies();
    await page.getByRole('button', { name: 'Start the run' }).click();
    await page.getByRole('dialog', { name: 'Sign in to Millrace' }).waitFor();
    await signIn('ada');
    await page.waitForURL('**/runs/*');
    const run = new URL(page.url()).pathname.split('/').at(-1) ?? '';
    expect((await millrace.api.runs.get(run)).input).toEqual({ who: 'somebody who was away' });
    expect((await millrace.api.runs.list({ workflow: 'hello' })).items).toHaveLength(1);
  });

  test('somebody else who signs in then sees nothing of what was there', async () => {
    const { page } = window;
    await page.goto('/workflows/main/hello?view=start');
    await signIn('ada');
    await page.getByLabel('who').fill('for the eyes of ada');
    await page.context().clearCookies();
    await page.getByRole('link', { name: 'Settings', exact: true }).click();
    await page.getByRole('dialog', { name: 'Sign in to Millrace' }).waitFor();
    await signIn('bob');
    await page.getByRole('button', { name: 'Account: bob' }).waitFor();
    await page.goBack();
    expect(await page.content()).not.toContain('for the eyes of ada');
  });

  test('fits a phone', async () => {
    const phone = await browser.open(millrace.url, narrow);
    phone.expectErrors(/401|WebSocket/);
    await phone.page.goto('/');
    await phone.page.getByLabel('Password').waitFor();
    await phone.inspect('sign-in-phone');
    expect(await phone.page.evaluate('document.documentElement.scrollWidth - window.innerWidth')).toBe(0);
    await phone.close();
  });
});

describe('the account', () => {
  test('tells who one is and what one may do, ends sessions, makes and revokes keys, and signs out', async () => {
    const { page } = window;
    await page.goto('/account');
    await signIn('bob');
    await page.getByText('Chrome on Linux').first().waitFor();
    await page.getByText('this one').waitFor();
    await millrace.api.sessions.signIn({ name: 'bob', password });
    await page.reload();
    await page.getByRole('button', { name: 'End all others' }).click();
    await page.getByText(/^\d+ sessions? (has|have) ended$/).waitFor();
    expect((await millrace.api.users.sessions('bob')).items).toHaveLength(1);
    await page.getByRole('button', { name: 'Make a key' }).click();
    await page.getByLabel('What it is for').fill('reports');
    await window.inspect('account-key');
    await page.getByRole('button', { name: 'Make it' }).click();
    const key = (await page.getByText(/^mrk_\S{20,}$/).textContent()) ?? '';
    await window.inspect('account-key-made');
    await page.getByRole('button', { name: 'Done' }).click();
    await page.getByRole('row', { name: /reports/ }).waitFor();
    expect(await page.content()).not.toContain(key);
    const as = (token: string) => fetch(`${millrace.url}/api/v1/me`, { headers: { authorization: `Bearer ${token}` } });
    expect(((await (await as(key)).json()) as { account: string }).account).toBe('bob');
    await window.inspect('account');
    await page.getByRole('button', { name: 'Revoke reports' }).click();
    await page.getByRole('button', { name: 'Revoke it' }).click();
    await page.getByText('No API key yet').waitFor();
    expect((await as(key)).status).toBe(401);
    await page.getByRole('button', { name: 'Account: bob' }).click();
    await page.getByRole('menuitem', { name: 'Sign out' }).click();
    await page.getByRole('dialog', { name: 'Sign in to Millrace' }).waitFor();
    expect((await page.context().cookies()).filter(({ value }) => value !== '')).toEqual([]);
  });

  test('a link sets a password, which can be changed', async () => {
    const { page } = window;
    const { link } = await millrace.api.users.create({ name: 'cy' });
    await page.goto(link?.path ?? '');
    await page.getByLabel('New password').fill('first-of-all-passwords');
    await page.getByLabel('The same again').fill('first-of-all-passwords');
    await window.inspect('set-password');
    await page.getByRole('button', { name: 'Set the password' }).click();
    await page.getByText('The password of cy is set.').waitFor();
    await page.goto('/account');
    await signIn('cy', 'first-of-all-passwords');
    await page.getByLabel('Password until now').fill('first-of-all-passwords');
    await page.getByLabel('New password').fill('second-of-all-passwords');
    await page.getByLabel('The same again').fill('second-of-all-passwords');
    await page.getByRole('button', { name: 'Change the password' }).click();
    await page.getByRole('dialog', { name: 'Sign in to Millrace' }).waitFor();
    await signIn('cy', 'second-of-all-passwords');
    await page.getByText('this one').waitFor();
    await page.goto('/set-password#not-a-link-of-anybody');
    await page.getByLabel('New password').fill('third-of-all-passwords');
    await page.getByLabel('The same again').fill('third-of-all-passwords');
    window.expectErrors(/4\d\d|WebSocket|\/api\/v1\/live/);
    await page.getByRole('button', { name: 'Set the password' }).click();
    await page.getByRole('alert').waitFor();
  });
});

describe('what somebody may not do', () => {
  test('is not offered, or disabled with who can grant it; what its address leads to says so, in the words of the server', async () => {
    const { page } = window;
    window.expectErrors(/401|403|404|WebSocket|\/api\/v1\/live/);
    await page.goto('/workflows');
    await signIn('bob');
    await page.getByRole('link', { name: 'hello' }).waitFor();
    const side = page.getByRole('navigation', { name: 'Main' });
    await side.getByRole('link', { name: 'Secrets' }).waitFor({ state: 'detached' });
    for (const name of ['Secrets', 'People', 'Audit']) {
      expect(await side.getByRole('link', { name }).count()).toBe(0);
    }
    await page.getByRole('link', { name: 'hello' }).click();
    await page.waitForURL('**/workflows/other/hello');
    const start = page.getByRole('button', { name: 'Start' });
    expect(await start.isDisabled()).toBe(true);
    expect(await start.getAttribute('title')).toContain('workflow:start');
    await page.getByText('Its runs appear here at once.').waitFor();
    await window.inspect('workflow-not-allowed');
    await page.goto('/people');
    await page.getByText('You may not see users').waitFor();
    await page.getByText('bob lacks the permission user:read').waitFor();
    await page.getByText(/Ask an administrator for a role that has it: .*ada/).waitFor();
    await window.inspect('forbidden');
    await page.goto('/workspaces/main/files');
    await page.getByText(/You may not see files|There is no such files/).waitFor();
    expect(await page.content()).not.toContain('a.yaml');
  });
});
