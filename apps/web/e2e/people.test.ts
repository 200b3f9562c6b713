// Users, groups, roles, keys and the audit log, in a real browser, against the real server with its own database.
import { describe, expect, test } from 'vitest';
import { narrow } from './support/browser.ts';
import { serve } from './support/serve.ts';

const site = serve({ shop: { '.workflows/a.yaml': 'workflows: {}\n' } });

describe('people', () => {
  test('users are added by a link that is shown once, found, disabled and removed', async () => {
    const { page } = site.window;
    await page.goto('/people');
    await page.getByText('No user yet').waitFor();
    await site.window.inspect('people-empty');
    await page.getByRole('button', { name: 'Add a user' }).click();
    await page.getByLabel('Name', { exact: true }).fill('ada');
    await page.getByLabel('Name to be shown').fill('Ada Lovelace');
    await page.getByLabel('Email').fill('ada@example.com');
    await site.window.inspect('user-add');
    await page.getByRole('button', { name: 'Add', exact: true }).click();
    const link = (await page.getByText(/\/set-password#/).textContent()) ?? '';
    expect(link.startsWith(`${site.millrace.url}/set-password#`)).toBe(true);
    await site.window.inspect('user-link');
    await page.getByRole('button', { name: 'Done' }).click();
    await page.getByRole('row', { name: /ada Ada Lovelace no password yet/ }).waitFor();
    expect(await page.content()).not.toContain(link.split('#')[1]);
    await page.getByRole('button', { name: 'Add a user' }).click();
    await page.getByLabel('Name', { exact: true }).fill('ADA');
    site.window.expectErrors(/409|400/);
    await page.getByRole('button', { name: 'Add', exact: true }).click();
    await page.getByRole('alert').waitFor();
    await page.getByRole('button', { name: 'Not now' }).click();
    await site.millrace.api.users.create({ name: 'bob', password: 'an-engine-of-analysis' });
    await page.reload();
    await page.getByRole('link', { name: 'bob' }).waitFor();
    await site.window.inspect('people-users');
    await page.getByRole('link', { name: 'bob' }).click();
    await page.getByText('None: bob may do nothing yet.').waitFor();
    await site.window.inspect('user');
    await page.getByRole('button', { name: 'Edit' }).click();
    await page.getByLabel('Name to be shown').fill('Bob Kahn');
    await page.getByLabel('Email').fill('bob@example.com');
    await site.window.inspect('user-edit');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('heading', { name: 'Bob Kahn' }).waitFor();
    await page.getByRole('link', { name: 'bob@example.com' }).waitFor();
    await page.getByRole('button', { name: 'Edit' }).click();
    await page.getByLabel('Email').fill('');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('dialog', { name: 'Edit bob' }).waitFor({ state: 'detached' });
    await page.getByRole('link', { name: 'bob@example.com' }).waitFor({ state: 'detached' });
    expect(await site.millrace.api.users.get('bob')).toMatchObject({ display_name: 'Bob Kahn', email: null });
    await page.getByRole('button', { name: 'Disable' }).click();
    await page.getByRole('button', { name: 'Enable' }).waitFor();
    expect((await site.millrace.api.users.get('bob')).disabled).toBe(true);
    await page.getByRole('button', { name: 'Reset the password' }).click();
    await page.getByText(/\/set-password#/).waitFor();
    await page.getByRole('button', { name: 'Done' }).click();
    await page.getByRole('button', { name: 'Remove', exact: true }).click();
    await site.window.inspect('user-remove');
    await page.getByRole('button', { name: 'Remove the user' }).click();
    await page.waitForURL('**/people');
    await page.getByRole('link', { name: 'bob' }).waitFor({ state: 'detached' });
  });

  test('groups have members, roles have grants, and both give rights', async () => {
    const { page } = site.window;
    await page.goto('/people?view=groups');
    await page.getByText('No group yet').waitFor();
    await page.getByRole('button', { name: 'Make a group' }).click();
    await page.getByLabel('Name', { exact: true }).fill('release');
    await page.getByLabel('What it is').fill('Brings versions to the shop.');
    await page.getByRole('button', { name: 'Make it' }).click();
    const group = page.getByRole('article', { name: 'Group release' });
    await group.getByLabel('Account to add to release').fill('nobody');
    site.window.expectErrors(/404|409/);
    await group.getByRole('button', { name: 'Add' }).click();
    await page.getByText('nobody was not added to release', { exact: true }).waitFor();
    await group.getByLabel('Account to add to release').fill('ada');
    await group.getByRole('button', { name: 'Add' }).click();
    await group.getByText('1 member').waitFor();
    await site.window.inspect('people-groups');

    await page.getByRole('link', { name: 'Roles', exact: true }).click();
    await page.getByRole('article', { name: 'Role viewer' }).getByText('built in').waitFor();
    await site.window.inspect('people-roles');
    await page.getByRole('button', { name: 'Make a role' }).click();
    await page.getByLabel('Name', { exact: true }).fill('releaser');
    await page.getByRole('button', { name: 'Add a grant' }).click();
    await page.getByRole('listitem', { name: 'Grant 1' }).getByLabel('Permission').fill('run:fly');
    site.window.expectErrors(/400|404|422/);
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('alert').waitFor();
    await page.getByRole('listitem', { name: 'Grant 1' }).getByLabel('Permission').fill('run:*');
    await page.getByRole('listitem', { name: 'Grant 1' }).getByLabel('In workspace').fill('shop');
    await page.getByRole('button', { name: 'Add a grant' }).click();
    await page.getByRole('listitem', { name: 'Grant 2' }).getByLabel('Allows or denies').selectOption('deny');
    await page.getByRole('listitem', { name: 'Grant 2' }).getByLabel('Permission').fill('run:control');
    await page.getByRole('listitem', { name: 'Grant 2' }).getByLabel('With tag').fill('production');
    await site.window.inspect('role-edit');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('article', { name: 'Role releaser' }).getByText('run:*').waitFor();
    expect((await site.millrace.api.roles.get('releaser')).grants).toEqual([
      { effect: 'allow', permission: 'run:*', where: { workspace: 'shop' } },
      { effect: 'deny', permission: 'run:control', where: { label: 'production' } },
    ]);

    await page.getByRole('link', { name: 'Who has which role' }).click();
    await page.getByRole('button', { name: 'Give a role' }).click();
    await page.getByLabel('To', { exact: true }).selectOption('group');
    await page.getByLabel('Name', { exact: true }).fill('release');
    await page.getByLabel('Role', { exact: true }).selectOption('releaser');
    await page.getByLabel('In workspace').fill('sh*');
    await page.getByLabel('In folder').fill('etl/nightly');
    await site.window.inspect('role-give');
    await page.getByRole('button', { name: 'Give it' }).click();
    await page.getByRole('row', { name: /group release releaser in sh\*, in the folder etl\/nightly/ }).waitFor();
    await site.window.inspect('people-bindings');
    expect((await site.millrace.api.users.get('ada')).roles).toMatchObject([
      { role: 'releaser', group: 'release', where: { workspace: 'sh*', folder: 'etl/nightly' } },
    ]);
    await page.getByRole('button', { name: 'Take releaser from group release' }).click();
    await page.getByRole('button', { name: 'Take it away' }).click();
    await page.getByText('Nobody has a role').waitFor();
  });

  test('service accounts have keys, which are shown once and revoked', async () => {
    const { page } = site.window;
    await page.goto('/people?view=service-accounts');
    await page.getByRole('button', { name: 'Add a service account' }).click();
    await page.getByLabel('Name', { exact: true }).fill('deployer');
    await page.getByRole('button', { name: 'Add', exact: true }).click();
    await page.getByRole('row', { name: /deployer/ }).waitFor();
    await site.window.inspect('people-service-accounts');
    await page.getByRole('link', { name: 'API keys', exact: true }).click();
    await page.getByText('No API key yet').waitFor();
    await page.getByRole('button', { name: 'Make a key' }).click();
    await page.getByLabel('What it is for').fill('nightly');
    await page.getByLabel('it may do less than its account').check();
    await page.getByRole('button', { name: 'Add a grant' }).click();
    await page.getByLabel('Permission').fill('workflow:start');
    await page.getByRole('button', { name: 'Make it' }).click();
    const key = (await page.getByText(/^mrk_\S{20,}$/).textContent()) ?? '';
    await page.getByRole('button', { name: 'Done' }).click();
    await page.getByRole('row', { name: /nightly .*deployer workflow:start/ }).waitFor();
    await site.window.inspect('people-keys');
    expect(await page.content()).not.toContain(key);
    const as = () => fetch(`${site.millrace.url}/api/v1/me`, { headers: { authorization: `Bearer ${key}` } });
    expect((await as()).status).toBe(200);
    await page.getByRole('button', { name: 'Revoke nightly' }).click();
    await page.getByRole('button', { name: 'Revoke it' }).click();
    await page.getByText('No API key yet').waitFor();
    expect((await as()).status).toBe(401);
  });

  test('fit a phone, and are reached by keys', async () => {
    const { page } = site.window;
    await page.goto('/');
    await page.getByRole('heading', { name: 'Home' }).waitFor();
    await page.keyboard.press('g');
    await page.keyboard.press('u');
    await page.waitForURL('**/people');
    const phone = await site.browser.open(site.millrace.url, narrow);
    for (const path of ['/people', '/people?view=roles', '/people?view=bindings', '/audit', '/account']) {
      await phone.page.goto(path);
      await phone.page.getByRole('heading', { level: 1 }).waitFor();
      expect([path, await phone.page.evaluate('document.documentElement.scrollWidth - window.innerWidth')]).toEqual([
        path,
        0,
      ]);
    }
    await phone.inspect('account-phone');
    await phone.close();
  });
});

describe('the audit log', () => {
  test('tells who changed what, before and after, is narrowed by its address, exported and verified', async () => {
    const { page } = site.window;
    await site.millrace.api.groups.put('night', { description: 'first' });
    await site.millrace.api.groups.put('night', { description: 'second' });
    await site.millrace.api.users.create({ name: 'eve' });
    await page.goto('/audit');
    await page
      .getByRole('row', { name: /createUser/ })
      .first()
      .waitFor();
    await site.window.inspect('audit');
    await page.getByLabel('Operation').fill('putGroup');
    await page.getByLabel('Operation').press('Enter');
    await page.waitForURL(/operation=putGroup/);
    await page
      .getByRole('row', { name: /createUser/ })
      .first()
      .waitFor({ state: 'detached' });
    await page.reload();
    await page
      .getByRole('row', { name: /putGroup/ })
      .nth(0)
      .click();
    const entry = page.getByRole('dialog', { name: /^Entry \d+: putGroup$/ });
    await entry.getByText('second').first().waitFor();
    await entry.getByText('first').first().waitFor();
    await page.waitForURL(/entry=\d+/);
    await site.window.inspect('audit-entry');
    await page.keyboard.press('Escape');
    const [exported] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: 'Export the audit log' }).click(),
    ]);
    expect(exported.suggestedFilename()).toBe('audit.ndjson');
    await page.getByRole('button', { name: 'Verify' }).click();
    await page.getByLabel('Anchor').fill('12');
    await page.getByText('Expected NUMBER:HASH').waitFor();
    await page.getByLabel('Anchor').fill('');
    await page.getByRole('dialog').getByRole('button', { name: 'Verify' }).click();
    await page.getByText(/entries are as they were\./).waitFor();
    const anchor = (await page.getByText(/^\d+:[0-9a-f]{64}$/).textContent()) ?? '';
    await site.window.inspect('audit-verified');
    const forged = anchor.replace(/.$/, (last) => (last === '0' ? '1' : '0'));
    await page.getByLabel('Anchor').fill(forged);
    await page.getByRole('dialog').getByRole('button', { name: 'Verify' }).click();
    await page.getByRole('alert').waitFor();
    await site.window.inspect('audit-forked');
  });
});
