// The list of workflows and the page of one, in a real browser, against the real server with its own database.
import { describe, expect, test } from 'vitest';
import { narrow } from './support/browser.ts';
import { serve } from './support/serve.ts';

const workflows = `# What the shop does.
workflows:
  deploy:
    description: Builds a version and brings it to an environment.
    input:
      version: { type: string, required: true, pattern: '^v\\d', description: The tag to be deployed. }
      environment: { type: string, enum: [staging, production], default: staging }
      replicas: { type: integer, minimum: 1, maximum: 9, default: 2 }
      not_before: { type: date }
      at: { type: datetime }
      wait: { type: duration, default: 5s }
      notes: { type: text }
      password: { type: string, secret: true }
      dry_run: { type: boolean, default: true }
      regions: { type: string, multiple: true, enum: [eu, us, asia], default: [eu] }
      settings: { type: object, default: { a: 1 } }
    steps:
      build: { type: shell, cmd: 'echo "building {{ input.version }}"' }
      ship: { depends_on: [build], type: shell, cmd: 'echo "{{ input.environment }}"' }
  flaky:
    description: Fails now and then.
    input: { broken: { type: boolean, default: false } }
    steps:
      try: { type: shell, cmd: 'exit {{ 1 if input.broken else 0 }}' }
  report:
    steps:
      write: { type: shell, cmd: 'true' }
triggers:
  nightly: { type: schedule, cron: '0 3 * * *', timezone: Europe/Berlin, workflow: report, enabled: true }
  pushed: { type: webhook, workflow: report }
`;

const rotate = (name: string) => `workflows:
  ${name}: { description: Rotates keys., steps: { turn: { type: shell, cmd: 'true' } } }
`;

const site = serve({
  shop: {
    '.workflows/shop.yaml': workflows,
    '.workflows/ops/keys/rotate.yaml': rotate('rotate-keys'),
    '.workflows/ops/clean.yaml': rotate('clean'),
  },
});

const deploy = '/workflows/shop/deploy';

async function runOf(workflow: string, input = {}): Promise<string> {
  const { id } = await site.millrace.api.workflows.start('shop', workflow, { input });
  await site.millrace.api.runs.waitForEnd(id);
  return id;
}

describe('the list of workflows', () => {
  test('shows how each went, finds by words, and leads to the page of one', async () => {
    const { page } = site.window;
    for (const broken of [false, false, true, false]) await runOf('flaky', { broken });
    await page.goto('/workflows');
    await page.getByRole('link', { name: /^Run \d+: failed/ }).waitFor();
    await site.window.inspect('workflows');
    await page.getByRole('button', { name: 'Tree' }).click();
    await page.waitForURL(/view=tree/);
    const ops = page.getByRole('group').filter({ has: page.getByText('ops', { exact: true }) });
    await ops.getByText('rotate.yaml').first().waitFor();
    await page.locator('summary', { hasText: 'keys' }).click();
    await page.getByRole('link', { name: 'rotate-keys' }).waitFor({ state: 'hidden' });
    await page.getByRole('link', { name: 'clean' }).waitFor();
    await page.locator('summary', { hasText: 'keys' }).click();
    await site.window.inspect('workflows-tree');
    await page.getByRole('button', { name: 'List' }).click();
    await page.keyboard.press('/');
    await page.keyboard.type('ops/keys');
    await page.getByRole('link', { name: 'clean', exact: true }).waitFor({ state: 'detached' });
    await page.getByLabel('Search workflows').fill('now fails');
    await page.getByRole('link', { name: 'deploy', exact: true }).waitFor({ state: 'detached' });
    await page.reload();
    await page.getByRole('link', { name: 'flaky', exact: true }).click();
    await page.getByText('3 succeeded').waitFor();
    await site.window.inspect('workflow-runs');
  });

  test('tells what is wrong with files as soon as it is', async () => {
    const { page } = site.window;
    await page.goto('/workflows');
    await page.getByRole('link', { name: 'deploy', exact: true }).waitFor();
    site.millrace.write(
      'shop',
      '.workflows/wrong.yaml',
      'workflows:\n  bad:\n    steps:\n      a: { type: shel, cmd: x }\n',
    );
    await page.getByText('.workflows/wrong.yaml:4').waitFor();
    await site.window.inspect('workflows-problems');
    site.millrace.remove('shop', '.workflows/wrong.yaml');
    await page.getByText('.workflows/wrong.yaml:4').waitFor({ state: 'detached' });
  });
});

describe('the start form', () => {
  test('begins with the defaults, tells what the server says at the field, and leads to the run', async () => {
    const { page } = site.window;
    await page.goto(deploy);
    await page.getByText('It never ran').waitFor();
    await site.window.inspect('workflow-never-ran');
    await page.getByRole('link', { name: 'Start', exact: true }).first().click();
    await page.getByLabel('replicas').waitFor();
    expect(await page.getByLabel('replicas').inputValue()).toBe('2');
    await page.getByLabel('version').fill('1.0');
    await page.getByLabel('replicas').fill('12');
    await site.window.inspect('workflow-start');
    site.window.expectErrors(/422|400/);
    await page.getByRole('button', { name: 'Start the run' }).click();
    await page.getByRole('alert').nth(1).waitFor();
    expect(await page.getByRole('alert').count()).toBe(2);
    await site.window.inspect('workflow-start-refused');
    await page.getByLabel('version').fill('v1.0');
    await page.getByLabel('replicas').fill('3');
    await page.getByLabel('not_before').fill('2026-12-24');
    await page.getByLabel('at', { exact: true }).fill('2026-12-24T18:30');
    await page.getByLabel('notes').fill('Two\nlines.');
    await page.getByLabel('environment').selectOption('production');
    await page.getByLabel('dry_run').selectOption('no');
    await page.getByLabel('us', { exact: true }).check();
    await page.getByText('Tags and priority').click();
    await page.getByLabel('Tags').fill('release, web');
    await page.getByRole('button', { name: 'Start the run' }).click();
    await page.waitForURL('**/runs/*');
    const id = new URL(page.url()).pathname.split('/').at(-1) ?? '';
    const run = await site.millrace.api.runs.get(id);
    expect(run.tags).toEqual(['release', 'web']);
    expect(run.input).toEqual({
      version: 'v1.0',
      environment: 'production',
      replicas: 3,
      not_before: '2026-12-24',
      at: '2026-12-24T18:30:00.000Z',
      wait: '5s',
      notes: 'Two\nlines.',
      dry_run: false,
      regions: ['eu', 'us'],
      settings: { a: 1 },
    });
    await site.millrace.api.runs.waitForEnd(id);
    await runsAgain(id);
  });

  /** With the same form: filled in as the run was started, what the server refuses at its field, nothing changed that was not. */
  async function runsAgain(id: string): Promise<void> {
    const { page } = site.window;
    const before = await site.millrace.api.runs.get(id);
    await page.getByRole('button', { name: 'Run again' }).click();
    const dialog = page.getByRole('dialog', { name: 'Run deploy again' });
    expect(await dialog.getByLabel('replicas').inputValue()).toBe('3');
    expect(await dialog.getByLabel('notes').inputValue()).toBe('Two\nlines.');
    expect(await dialog.getByLabel('us', { exact: true }).isChecked()).toBe(true);
    await dialog.getByLabel('replicas').fill('10');
    await dialog.getByRole('button', { name: 'Run again' }).click();
    await dialog.getByText(/Expected a number <= 9/).waitFor();
    expect(await dialog.getByLabel('replicas').getAttribute('aria-invalid')).toBe('true');
    await dialog.getByLabel('replicas').fill('5');
    await dialog.getByText(/Expected a number <= 9/).waitFor({ state: 'detached' });
    await dialog.getByLabel('not_before').fill('');
    await dialog.getByRole('button', { name: 'Run again' }).click();
    await dialog.getByText(/so not_before cannot be left out/).waitFor();
    await site.window.inspect('run-again-form');
    await dialog.getByLabel('not_before').fill('2026-12-25');
    await dialog.getByRole('button', { name: 'Run again' }).click();
    await page.waitForURL((url) => !url.pathname.endsWith(`/${id}`));
    const again = await site.millrace.api.runs.get(new URL(page.url()).pathname.split('/').at(-1) ?? '');
    expect(again.rerun_of?.run).toBe(id);
    expect(again.input).toEqual({ ...before.input, replicas: 5, not_before: '2026-12-25' });
  }

  test('starts again with the inputs of a run, also written as JSON', async () => {
    const { page } = site.window;
    const first = await runOf('deploy', { version: 'v7', replicas: 4 });
    await page.goto(deploy);
    await page.getByRole('link', { name: `Start again with the inputs of run ${first}` }).click();
    await page.getByText(`run ${first}`).waitFor();
    expect(await page.getByLabel('version').inputValue()).toBe('v7');
    await page.getByRole('button', { name: 'JSON' }).click();
    const text = page.getByLabel('All values, as JSON');
    await text.fill('{ "version": "v8" ');
    await page.getByRole('button', { name: 'Start the run' }).click();
    await page.getByText(/This is no JSON/).waitFor();
    await site.window.inspect('workflow-start-json');
    await text.fill('{ "version": "v8" }');
    await page.getByRole('button', { name: 'Start the run' }).click();
    await page.waitForURL('**/runs/*');
  });

  test('fits a phone', async () => {
    const phone = await site.browser.open(site.millrace.url, narrow);
    await phone.page.goto(`${deploy}?view=start`);
    await phone.page.getByLabel('version').waitFor();
    await phone.inspect('workflow-start-phone');
    const overflow = await phone.page.evaluate('document.documentElement.scrollWidth - window.innerWidth');
    await phone.close();
    expect(overflow).toBe(0);
  });
});

describe('the graph', () => {
  test('shows what a run will do before there is one, and each step by its address', async () => {
    const { page } = site.window;
    await page.goto(`${deploy}?view=graph`);
    await page.getByRole('button', { name: /ship/ }).click();
    await page.waitForURL(/step=ship/);
    await page.getByRole('region', { name: 'Step ship' }).getByRole('link', { name: 'build' }).click();
    await page.getByRole('region', { name: 'Step build' }).waitFor();
    await site.window.inspect('workflow-graph-step');
  });
});

describe('source and versions', () => {
  test('the source has an address for each line, and a way to each step', async () => {
    const { page } = site.window;
    await page.goto(`${deploy}?view=source`);
    await page.getByRole('navigation', { name: 'Steps' }).getByRole('link', { name: 'ship' }).click();
    await page.waitForURL(/#L19$/);
    await site.window.inspect('workflow-source');
    await page.getByRole('link', { name: 'Line 3', exact: true }).click();
    await page.waitForURL(/view=source#L3$/);
  });

  test('a change of the file is a version, whose difference is shown; other changes are none', async () => {
    const { page } = site.window;
    await page.goto('/workflows/shop/flaky?view=versions');
    await page.getByText('the oldest kept').waitFor();
    site.millrace.write('shop', '.workflows/shop.yaml', workflows.replace('brings it to', 'moves it to'));
    await site.millrace.api.workspaces.sync('shop');
    site.millrace.write('shop', '.workflows/shop.yaml', workflows.replace('exit {{', 'echo 1; exit {{'));
    await site.millrace.api.workspaces.sync('shop');
    await page.getByRole('link', { name: 'to the one before' }).click();
    await page.getByText('echo 1; exit', { exact: false }).first().waitFor();
    await site.window.inspect('workflow-versions');
    expect(await page.getByRole('link', { name: 'to the one before' }).count()).toBe(1);
  });

  test('a workflow that there is not is said so', async () => {
    site.window.expectErrors(/404/);
    await site.window.page.goto('/workflows/shop/nope');
    await site.window.page.getByText('There is no such workflow').waitFor();
    await site.window.inspect('workflow-missing');
  });
});
