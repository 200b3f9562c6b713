// Every page in a real browser, against the real server with its own database.
import { describe, expect, test } from 'vitest';
import { narrow } from './support/browser.ts';
import { serve } from './support/serve.ts';

const workflows = `workflows:
  hello:
    description: Greets somebody.
    input: { who: { type: string, default: world } }
    steps:
      greet: { type: shell, cmd: 'echo "to {{ input.who }}"; echo "OUTPUT: {\\"text\\": \\"hi\\"}"' }
      shout: { depends_on: [greet], type: shell, cmd: 'echo "{{ upper(steps.greet.output.text) }}"' }
  broken:
    steps:
      build: { type: shell, cmd: 'echo building; echo "no such file" >&2; exit 3' }
      ship: { depends_on: [build], type: shell, cmd: 'true' }
  ask:
    steps:
      go: { type: approval, prompt: Go on? }
      after: { depends_on: [go], type: shell, cmd: 'echo on we go' }
`;

const site = serve({ main: { '.workflows/a.yaml': workflows }, other: { '.workflows/a.yaml': workflows } });

async function runOf(workflow: string, workspace = 'main'): Promise<string> {
  const { id } = await site.millrace.api.workflows.start(workspace, workflow, {});
  await site.millrace.api.runs.waitForEnd(id);
  return id;
}

describe('home', () => {
  test('without runs says how to start one, and shows a run as soon as it begins', async () => {
    const { page } = site.window;
    await page.goto('/');
    await page.getByText('No run yet').waitFor();
    await site.window.inspect('home-empty');
    const id = await runOf('hello');
    await page.getByRole('link', { name: id, exact: true }).waitFor();
    await runOf('broken');
    await page.getByText('build: ').first().waitFor();
    await site.window.inspect('home');
  });
});

describe('the list of runs', () => {
  test('keeps its filter in the address, over a reload', async () => {
    const { page } = site.window;
    const good = await runOf('hello');
    const bad = await runOf('broken');
    await page.goto('/runs');
    await page.getByRole('link', { name: good, exact: true }).waitFor();
    await site.window.inspect('runs');
    await page.getByRole('button', { name: 'Any status' }).click();
    await page.getByRole('menuitemcheckbox', { name: 'failed' }).click();
    await page.waitForURL(/status=failed/);
    await page.getByRole('link', { name: good, exact: true }).waitFor({ state: 'detached' });
    await page.reload();
    await page.getByRole('link', { name: bad, exact: true }).waitFor();
    expect(await page.getByRole('link', { name: good, exact: true }).count()).toBe(0);
  });

  test('cancels runs that are marked, and retries all that match', async () => {
    const { page } = site.window;
    const waiting = await Promise.all(
      [1, 2].map(() => site.millrace.api.workflows.start('main', 'ask', { tags: ['bulk'] })),
    );
    await page.goto('/runs?tag=bulk');
    for (const { id } of waiting) await page.getByLabel(`Mark ${id}`).check();
    await page.getByText('2 marked').waitFor();
    await page.getByRole('button', { name: 'Cancel' }).click();
    await site.window.inspect('runs-bulk');
    await page.getByRole('button', { name: 'Cancel 2 runs' }).click();
    await page.getByText('2 of 2 cancelled.').waitFor();
    await page.getByText('Close', { exact: true }).click();
    await page.getByText('cancelled', { exact: true }).nth(1).waitFor();
    await runOf('broken');
    await page.goto('/runs?workflow=broken&status=failed');
    await page.getByRole('button', { name: 'With all that match' }).click();
    await page.getByRole('menuitem', { name: 'Retry all that match' }).click();
    await page.getByText(/This is about \d+ runs?, to be run again/).waitFor();
    await page.getByRole('button', { name: /^Retry \d+ runs?$/ }).click();
    await page.getByText(/^(\d+) of \1 run again/).waitFor();
  });

  test('keeps filters by name', async () => {
    const { page } = site.window;
    await page.goto('/runs?status=failed&within=7d');
    await page.getByRole('button', { name: 'Saved' }).click();
    await page.getByLabel('Save the filter that is set now as').fill('what failed');
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await site.window.inspect('runs-saved');
    await page.goto('/runs');
    await page.getByRole('button', { name: 'Saved' }).click();
    await page.getByRole('button', { name: /^what failed/ }).click();
    await page.waitForURL(/status=failed&within=7d/);
  });

  test('is walked with j and k, and opened with Enter', async () => {
    const { page } = site.window;
    const id = await runOf('hello');
    await page.goto('/runs');
    await page.getByRole('link', { name: id, exact: true }).waitFor();
    await page.keyboard.press('j');
    await page.keyboard.press('Enter');
    await page.waitForURL(`**/runs/${id}`);
  });
});

describe('a run', () => {
  test('shows its steps, and everything of the one that is chosen', async () => {
    const { page } = site.window;
    const id = await runOf('broken');
    await page.goto(`/runs/${id}?view=list`);
    await page.getByRole('heading', { name: `broken #${id}` }).waitFor();
    await site.window.inspect('run-failed');
    await page.getByRole('cell', { name: 'build', exact: true }).click();
    await page.waitForURL(/step=build/);
    await page.getByRole('tab', { name: 'Logs' }).click();
    await page.getByText('no such file', { exact: true }).waitFor();
    await site.window.inspect('run-step');
  });

  test('is paused, resumed and cancelled, and shows it at once', async () => {
    const { page } = site.window;
    const { id } = await site.millrace.api.workflows.start('main', 'ask', {});
    await page.goto(`/runs/${id}`);
    await page.getByText('waiting').first().waitFor();
    await page.getByRole('button', { name: 'Pause' }).click();
    await page.getByText(`Run ${id} is paused`, { exact: true }).waitFor();
    await site.window.inspect('run-paused');
    await page.getByRole('button', { name: 'Resume' }).first().click();
    await page.getByRole('button', { name: 'Pause' }).waitFor();
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.getByLabel('Reason').fill('wrong version');
    await site.window.inspect('run-cancel');
    await page.getByRole('button', { name: 'Cancel the run' }).click();
    await page.getByText('cancelled', { exact: true }).first().waitFor();
    expect(await page.getByRole('button', { name: 'Pause' }).count()).toBe(0);
  });

  test('shows what changes on the server without a reload', async () => {
    const { page } = site.window;
    const { id } = await site.millrace.api.workflows.start('main', 'ask', {});
    await page.goto(`/runs/${id}`);
    await page.getByText('live', { exact: true }).waitFor();
    await page.getByText('waiting').first().waitFor();
    await site.millrace.api.approvals.answer(id, 'go', { by: 'ada', decision: 'approve' });
    await page.getByText('succeeded', { exact: true }).first().waitFor();
  });

  test('fits a phone', async () => {
    const id = await runOf('broken');
    const phone = await site.browser.open(site.millrace.url, narrow);
    await phone.page.goto(`/runs/${id}`);
    await phone.page.getByRole('heading', { name: `broken #${id}` }).waitFor();
    await phone.inspect('run-phone');
    const overflow = await phone.page.evaluate('document.documentElement.scrollWidth - window.innerWidth');
    await phone.close();
    expect(overflow).toBe(0);
  });

  test('that there is not is said so', async () => {
    const { page } = site.window;
    site.window.expectErrors(/404/);
    await page.goto('/runs/999999');
    await page.getByText('There is no such run').waitFor();
    await site.window.inspect('run-missing');
  });
});

describe('everywhere', () => {
  test('the palette goes anywhere, and ? shows the keys', async () => {
    const { page } = site.window;
    await page.goto('/');
    await page.getByRole('heading', { name: 'Home' }).waitFor();
    await page.keyboard.press('Control+k');
    await page.getByRole('combobox', { name: /Search pages/ }).fill('runs');
    await site.window.inspect('palette');
    await page.keyboard.press('Enter');
    await page.waitForURL('**/runs');
    await page.keyboard.press('?');
    await page.getByRole('dialog', { name: 'Keyboard' }).waitFor();
    await site.window.inspect('help');
  });
});
