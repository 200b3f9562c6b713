// Workers, limits, workspaces, the cache, settings and the API reference, in a real browser, against the real server.
import { describe, expect, test } from 'vitest';
import { narrow } from './support/browser.ts';
import { serve } from './support/serve.ts';

const workflows = `queues:
  slow: { limit: 2, description: What takes hours. }
workflows:
  long:
    concurrency: { key: production, limit: 1 }
    steps:
      hold: { type: shell, cmd: 'sleep 600' }
  build:
    steps:
      say: { action: core.echo, input: { message: hello } }
      make:
        type: shell
        cmd: 'echo "OUTPUT: {\\"size\\": 7}"'
        cache: { key: v1, ttl: 1h }
`;

const site = serve({ shop: { '.workflows/shop.yaml': workflows } });

const start = async (workflow: string): Promise<string> =>
  (await site.millrace.api.workflows.start('shop', workflow, {})).id;

describe('what is shared', () => {
  test('a limit says who holds it and who waits, a worker what it holds', async () => {
    const { page } = site.window;
    await page.goto('/limits');
    await page.getByText('Nobody holds a limit').waitFor();
    await site.window.inspect('limits-empty');
    const [holder, waiter] = [await start('long'), await start('long')];
    const limit = page.getByRole('article', { name: 'Limit production' });
    await limit
      .getByRole('region', { name: 'Hold it' })
      .getByRole('link', { name: `run ${holder}` })
      .waitFor();
    await limit
      .getByRole('region', { name: 'Wait for it' })
      .getByRole('link', { name: `run ${waiter}` })
      .waitFor();
    await site.window.inspect('limits');
    await page.goto('/workers');
    await page.getByRole('button', { name: 'Holds 1' }).click();
    await page.getByRole('link', { name: `run ${holder}, hold` }).waitFor();
    await site.window.inspect('workers');
    await page.getByRole('button', { name: 'Drain worker dev' }).click();
    await page.getByText('It gets nothing new since').waitFor();
    await site.window.inspect('workers-draining');
    await page.getByRole('button', { name: 'Resume worker dev' }).click();
    await page.getByText('Worker dev gets work again', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Drain worker dev' }).waitFor();
    await page.getByRole('link', { name: `run ${holder}, hold` }).click();
    await page.waitForURL(`**/runs/${holder}?step=hold`);
    for (const run of [waiter, holder]) await site.millrace.api.runs.cancel(run, { force: true });
    await site.millrace.api.runs.waitForEnd(holder);
  });

  test('fits a phone', async () => {
    const phone = await site.browser.open(site.millrace.url, narrow);
    for (const path of ['/workers', '/limits', '/workspaces/shop', '/settings']) {
      await phone.page.goto(path);
      await phone.page
        .getByText('shop')
        .or(phone.page.getByText('slots'))
        .or(phone.page.getByText('Version'))
        .first()
        .waitFor();
      expect([path, await phone.page.evaluate('document.documentElement.scrollWidth - window.innerWidth')]).toEqual([
        path,
        0,
      ]);
    }
    await phone.close();
  });
});

describe('workspaces', () => {
  test('say what is live and what is wrong, load their source now, and keep the last valid revision', async () => {
    const { page } = site.window;
    await page.goto('/workspaces');
    await page.getByRole('link', { name: 'shop', exact: true }).waitFor();
    await site.window.inspect('workspaces');
    await page.getByRole('link', { name: 'shop', exact: true }).click();
    await page.getByText('Nothing: what is live is what the source holds.').waitFor();
    await site.window.inspect('workspace');
    site.millrace.write('shop', '.workflows/wrong.yaml', 'workflows:\n  bad: { steps: { a: { type: shell } } }\n');
    await page.getByText('the last valid revision stays live').waitFor();
    await page.getByRole('button', { name: 'Load the source now' }).click();
    await page.getByText('It could not become live: it has errors.').waitFor();
    await site.window.inspect('workspace-invalid');
    site.millrace.remove('shop', '.workflows/wrong.yaml');
    await page.getByText('Problems: none').waitFor();
  });
});

describe('packs', () => {
  test('tell their version, where they come from, what they offer, and whether they are used', async () => {
    const { page } = site.window;
    await page.goto('/packs');
    const core = page.getByRole('article', { name: 'Pack core of shop' });
    await core.getByText('core.echo').waitFor();
    await core.getByText('in use').waitFor();
    await core.getByText('built in', { exact: true }).waitFor();
    await site.window.inspect('packs');
  });
});

describe('the cache', () => {
  test('shows what steps put there, and is cleared after asking', async () => {
    const { page } = site.window;
    await page.goto('/cache');
    await page.getByText('The cache is empty').waitFor();
    await site.millrace.api.runs.waitForEnd(await start('build'));
    await page.reload();
    await page.getByRole('cell', { name: 'make' }).waitFor();
    await site.window.inspect('cache');
    await page.getByRole('button', { name: 'Clear', exact: true }).click();
    await site.window.inspect('cache-clear');
    await page.getByRole('button', { name: 'Remove them' }).click();
    await page.getByText('The cache is empty').waitFor();
  });
});

describe('settings', () => {
  test('tell the server, keep my name, and lead to the API reference, where each operation has an address', async () => {
    const { page } = site.window;
    await page.goto('/settings');
    await page.getByText('ready', { exact: true }).waitFor();
    await page.getByLabel('Your name').fill('ada');
    await page.getByRole('button', { name: 'Keep' }).click();
    await page.getByText('You are ada').first().waitFor();
    await page.getByText('Runs, with attempts and logs').waitFor();
    await site.window.inspect('settings');
    await page.getByRole('link', { name: 'API reference' }).click();
    await page.getByLabel('Search operations').fill('start a run');
    await page.getByText('/api/v1/workspaces/{workspace}/workflows/{workflow}/runs').click();
    await page.getByRole('button', { name: 'Run', exact: false }).first().click();
    await page.getByText('idempotency_key').first().waitFor();
    await site.window.inspect('api-reference');
    await page.goto('/api-reference#cancelRun');
    await page.getByText('What runs is asked to stop and, after a grace, killed.').waitFor();
  });
});
