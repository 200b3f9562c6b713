// Secrets, in a real browser, against the real server with its own database.
import { expect, test } from 'vitest';
import { narrow } from './support/browser.ts';
import { serve } from './support/serve.ts';

const workflows = `secrets:
  deploy_token: { description: Brings versions to the shop. }
  chat_url:
workflows:
  ship:
    steps:
      send: { type: shell, cmd: 'test "$TOKEN" = a-first-value && echo sent', env: { TOKEN: '{{ secrets.deploy_token }}' } }
`;

const site = serve({ shop: { '.workflows/shop.yaml': workflows }, bare: { '.workflows/a.yaml': 'workflows: {}\n' } });

const value = 'a-first-value';

test('secrets are set, take the place of what was, are read by runs, sealed anew and removed; no page shows a value', async () => {
  const { page } = site.window;
  const answers: string[] = [];
  page.on('response', (response) => {
    if (response.url().includes('/secrets')) void response.text().then((text) => answers.push(text));
  });
  await page.goto('/secrets?workspace=bare');
  await page.getByText('No secret yet').waitFor();
  await site.window.inspect('secrets-empty');
  await page.goto('/secrets');
  const token = page.getByRole('row', { name: /deploy_token/ });
  await token.getByText('no value').waitFor();
  await site.window.inspect('secrets');
  await token.getByRole('button', { name: 'Set deploy_token' }).click();
  const dialog = page.getByRole('dialog', { name: 'Set deploy_token' });
  await dialog.getByLabel('Value').fill('abc');
  site.window.expectErrors(/400|422/);
  await dialog.getByRole('button', { name: 'Set', exact: true }).click();
  await dialog.getByRole('alert').waitFor();
  await site.window.inspect('secret-refused');
  await dialog.getByLabel('Value').fill(value);
  expect(await dialog.getByLabel('Value').getAttribute('type')).toBe('password');
  await dialog.getByRole('button', { name: 'Set', exact: true }).click();
  await token.getByText('stored here').waitFor();
  const { id } = await site.millrace.api.workflows.start('shop', 'ship', {});
  expect((await site.millrace.api.runs.waitForEnd(id)).status).toBe('succeeded');

  await page.getByRole('button', { name: 'Set a secret' }).click();
  const adding = page.getByRole('dialog', { name: 'Set a secret' });
  await adding.getByLabel('Workspace').selectOption('bare');
  await adding.getByLabel('Name').fill('key');
  await adding.getByLabel('several lines, shown while I write them').check();
  await adding.getByLabel('Value').fill('-----BEGIN KEY-----\nabcdef\n-----END KEY-----\n');
  await site.window.inspect('secret-set');
  await adding.getByRole('button', { name: 'Set', exact: true }).click();
  await page
    .getByRole('region', { name: 'bare' })
    .getByRole('row', { name: /^key by nobody stored here/ })
    .waitFor();

  await page.getByRole('button', { name: 'Rotate the key' }).click();
  await page.getByRole('button', { name: 'Seal them anew' }).click();
  await page
    .getByText(/^2 stored secrets are sealed with the key/)
    .first()
    .waitFor();

  await token.getByRole('button', { name: 'Remove deploy_token' }).click();
  await site.window.inspect('secret-remove');
  await page.getByRole('button', { name: 'Remove it' }).click();
  await token.getByText('no value').waitFor();
  expect(await token.getByRole('button', { name: 'Remove deploy_token' }).isDisabled()).toBe(true);
  expect(answers.length).toBeGreaterThan(4);
  expect(answers.join('')).not.toContain(value);
  expect(answers.join('')).not.toContain('BEGIN KEY');
  expect(await page.content()).not.toContain(value);
});

test('secrets are reached by keys and the palette, and fit a phone', async () => {
  const { page } = site.window;
  await page.goto('/');
  await page.getByRole('heading', { name: 'Home' }).waitFor();
  await page.keyboard.press('g');
  await page.keyboard.press('y');
  await page.waitForURL('**/secrets');
  await page.keyboard.press('Control+k');
  await page.getByRole('combobox', { name: /Search pages/ }).fill('secr');
  await page.getByRole('option', { name: /Secrets/ }).waitFor();
  const phone = await site.browser.open(site.millrace.url, narrow);
  await phone.page.goto('/secrets');
  await phone.page.getByText('chat_url').waitFor();
  await phone.inspect('secrets-phone');
  expect(await phone.page.evaluate('document.documentElement.scrollWidth - window.innerWidth')).toBe(0);
  await phone.close();
});
