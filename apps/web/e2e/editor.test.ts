// Editing the files of a workspace, in a real browser, against the real server.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startBrowser } from './support/browser.ts';
import { makeRepository } from './support/git.ts';
import { type Millrace, startMillrace } from './support/millrace.ts';
import { serve } from './support/serve.ts';

const file = '.workflows/shop.yaml';
const workflow = (cmd: string) => `workflows:\r
  build:\r
    input: { tag: { type: string, default: v1 } }\r
    steps:\r
\t\r
      make: { type: shell, cmd: '${cmd}' }\r
      ship: { type: shell, depends_on: [make], cmd: 'true' }`;

const site = serve({
  shop: { [file]: workflow('true').replace('\t\r\n', ''), '.workflows/other.yaml': 'actions: {}\n' },
});

const open = async (path = file) => {
  const { page } = site.window;
  await page.goto(`/workspaces/shop/files?file=${path}`);
  const text = page.getByRole('textbox', { name: `Text of ${path}` });
  await text.waitFor();
  return { page, text };
};
/** Writes another text in the place of the first line that holds this, after its indent. */
async function rewrite(find: string, by: string): Promise<void> {
  const { page } = site.window;
  await page.locator('.cm-line', { hasText: find }).first().click();
  await page.keyboard.press('End');
  await page.keyboard.press('Shift+Home');
  await page.keyboard.insertText(by);
  await page.locator('.cm-line', { hasText: by }).first().waitFor();
}

describe('editing a file', () => {
  test('shows problems and the graph while typing, and saves after a look at the difference', async () => {
    const before = site.millrace.read('shop', file);
    const { page } = await open();
    await page.getByText('Problems: none').waitFor();
    await page.getByRole('button', { name: /^make/ }).waitFor();
    await site.window.inspect('editor');
    await rewrite('ship:', "ship: { type: shell, depends_on: [mak], cmd: 'true' }");
    await page.getByText('Problems: 1 error').waitFor();
    await page
      .getByText(/Did you mean `?make/)
      .first()
      .waitFor();
    await page.getByText('this is the last graph without them').waitFor();
    expect(await page.getByRole('button', { name: /^ship/ }).count()).toBe(1);
    await site.window.inspect('editor-broken');
    await rewrite('ship:', "ship: { type: shell, depends_on: [make], cmd: 'true' }");
    await page.getByText('Problems: none').waitFor();
    await rewrite('make:', "make: { type: shell, cmd: 'echo made' }");
    await page.getByText('not saved', { exact: true }).waitFor();
    await page.keyboard.press('Control+s');
    const dialog = page.getByRole('dialog', { name: `Save ${file}` });
    await dialog.getByRole('region', { name: 'What saving changes' }).waitFor();
    await site.window.inspect('editor-save');
    await dialog.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByText(`${file} was saved`, { exact: true }).waitFor();
    // One line differs; every other byte, and each line's end, is as it was.
    const after = site.millrace.read('shop', file);
    const changed = before.split('\n').map((line, index) => line === after.split('\n')[index]);
    expect(changed.filter((same) => !same)).toHaveLength(1);
    expect(after).toContain("cmd: 'echo made' }");
    expect(after.split('\r\n')).toHaveLength(before.split('\r\n').length);
    expect(after.endsWith('}')).toBe(true);
    const live = await site.millrace.api.workflows.source('shop', 'build');
    expect(live.text).toBe(after);
  });

  test('completes what the grammar and the file know', async () => {
    const { page } = await open();
    await page.locator('.cm-line', { hasText: 'ship:' }).click();
    await page.keyboard.press('End');
    await page.keyboard.type('\n');
    await page.keyboard.press('Home');
    await page.keyboard.type('      tell:\n  ty');
    await page.getByRole('option', { name: 'type', exact: false }).first().waitFor();
    await page.keyboard.press('Escape');
    await page.keyboard.type('pe: shell');
    // Enter would take what is offered, if that is there by then; with Shift it is a new line in any case.
    await page.keyboard.press('Shift+Enter');
    await page.keyboard.type("cmd: 'echo {{ input.");
    await page.getByRole('option', { name: 'tag' }).waitFor();
    await page.getByRole('button', { name: 'Discard changes' }).click();
    await page.getByText('not saved').waitFor({ state: 'detached' });
  });

  test('keeps what is not saved over a reload, and asks before somebody leaves it', async () => {
    const { page } = await open('.workflows/other.yaml');
    await rewrite('actions: {}', 'actions: {} # mine');
    await page.getByText('not saved', { exact: true }).waitFor();
    page.once('dialog', (dialog) => void dialog.accept());
    await page.reload();
    await page.getByText('that were not saved are here again').waitFor();
    await page.locator('.cm-line', { hasText: '# mine' }).waitFor();
    await page.getByRole('link', { name: 'Runs', exact: true }).click();
    const asked = page.getByRole('dialog', { name: 'Leave without saving?' });
    await asked.waitFor();
    await site.window.inspect('editor-leave');
    await asked.getByRole('button', { name: 'Stay' }).click();
    await page.getByRole('button', { name: 'Discard changes' }).click();
    await page.getByRole('link', { name: 'Runs', exact: true }).click();
    await page.waitForURL('**/runs**');
    expect(site.millrace.read('shop', '.workflows/other.yaml')).toBe('actions: {}\n');
  });

  test('does not overwrite what somebody else changed meanwhile', async () => {
    const { page } = await open('.workflows/other.yaml');
    await rewrite('actions: {}', 'actions: {} # mine');
    site.millrace.write('shop', '.workflows/other.yaml', 'actions: {} # theirs\n');
    await page.getByText('Somebody else changed this file meanwhile').waitFor();
    await page.keyboard.press('Control+s');
    const dialog = page.getByRole('dialog', { name: /^Save/ });
    await dialog.getByText('# theirs').waitFor();
    await dialog.getByText('# mine').waitFor();
    await site.window.inspect('editor-conflict');
    expect(site.millrace.read('shop', '.workflows/other.yaml')).toBe('actions: {} # theirs\n');
    await dialog.getByRole('button', { name: 'Save over theirs' }).click();
    await page.getByText('was saved', { exact: false }).first().waitFor();
    expect(site.millrace.read('shop', '.workflows/other.yaml')).toBe('actions: {} # mine\n');
  });

  test('asks the server anew when the file changes in the moment of saving', async () => {
    const { page } = await open('.workflows/other.yaml');
    await rewrite('# mine', 'actions: {} # again');
    site.window.expectErrors(/409/);
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    const dialog = page.getByRole('dialog', { name: /^Save/ });
    await dialog.waitFor();
    // The page hears of it only after the server has refused: its news are held back.
    await page.route('**/files/write', async (route) => {
      site.millrace.write('shop', '.workflows/other.yaml', 'actions: {} # quicker\n');
      await route.continue();
    });
    await dialog.getByRole('button', { name: 'Save', exact: true }).click();
    await dialog.getByText('# quicker').waitFor();
    await dialog.getByRole('button', { name: 'Drop my changes' }).click();
    await page.locator('.cm-line', { hasText: '# quicker' }).waitFor();
  });

  test('begins, renames and removes a file', async () => {
    const { page } = await open();
    await page.getByRole('button', { name: 'New file' }).click();
    await page.getByLabel("Path from the workspace's folder").fill('.workflows/deep/new.yaml');
    await page.getByRole('button', { name: 'Begin' }).click();
    await page.getByRole('textbox', { name: 'Text of .workflows/deep/new.yaml' }).click();
    await page.keyboard.type('actions: {}');
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByRole('button', { name: 'Rename' }).click();
    await page.getByLabel("Path from the workspace's folder").fill('.workflows/old.yaml');
    await page.getByRole('dialog').getByRole('button', { name: 'Rename' }).click();
    await page.waitForURL('**old.yaml**');
    expect(site.millrace.read('shop', '.workflows/old.yaml')).toBe('actions: {}');
    await page.getByRole('button', { name: 'Remove', exact: true }).click();
    await page.getByRole('button', { name: 'Remove it' }).click();
    await page.getByText('.workflows/old.yaml was removed', { exact: true }).waitFor();
    expect(() => site.millrace.read('shop', '.workflows/old.yaml')).toThrow();
  });

  test('says why the server does not give a file', async () => {
    const { page } = site.window;
    site.window.expectErrors(/400/);
    await page.goto('/workspaces/shop/files?file=.workflows/a.test.yaml');
    await page.getByText('it holds tests of workflows').waitFor();
  });
});

describe('a workspace in Git', () => {
  const repository = makeRepository({ [file]: workflow('true').replace('\t\r\n', '') });
  let inGit: Millrace;
  let browser: Awaited<ReturnType<typeof startBrowser>>;
  beforeAll(async () => {
    const config = `git: { schemes: [file] }\nworkspaces:\n  ops: { type: git, url: "${repository.url}", ref: main, poll: off }\n`;
    [inGit, browser] = await Promise.all([
      startMillrace({ shop: { [file]: 'actions: {}\n' } }, { config }),
      startBrowser(),
    ]);
  });
  afterAll(async () => {
    await browser?.close();
    await inGit?.stop();
    repository.remove();
  });

  test('is read-only here, and says so, why, and where to change it', async () => {
    const window = await browser.open(inGit.url);
    const { page } = window;
    await page.goto('/workflows/ops/build?view=source');
    await page.getByRole('link', { name: 'Open in the editor' }).click();
    await page.getByRole('note').getByText(/Git/).waitFor();
    await page
      .getByRole('note')
      .getByText(/[Cc]hange .*repository/)
      .waitFor();
    await page.getByText('depends_on').first().waitFor();
    for (const name of ['Save', 'New file', 'Rename', 'Remove']) {
      expect(await page.getByRole('button', { name }).count()).toBe(0);
    }
    expect(await page.getByRole('textbox').count()).toBe(0);
    await window.inspect('editor-git');
    await page.goto('/workspaces/shop/files');
    await page.getByRole('button', { name: 'New file' }).waitFor();
    expect(await page.getByRole('note').count()).toBe(0);
    await window.close();
    const write = inGit.api.workspaces.files.write('ops', { path: '.workflows/new.yaml', text: '', based_on: null });
    await expect(write).rejects.toMatchObject({ code: 'invalid_request' });
  });
});

describe('a server without the editor', () => {
  let fixed: Millrace;
  let browser: Awaited<ReturnType<typeof startBrowser>>;
  beforeAll(async () => {
    [fixed, browser] = await Promise.all([
      startMillrace({ shop: { [file]: workflow('true').replace('\t\r\n', '') } }, { editor: false }),
      startBrowser(),
    ]);
  });
  afterAll(async () => {
    await browser?.close();
    await fixed?.stop();
  });

  test('shows files of the live revision, says why they cannot be edited, and refuses to', async () => {
    const window = await browser.open(fixed.url);
    await window.page.goto(`/workspaces/shop/files?file=${file}`);
    await window.page.getByText('It was started with --no-editor').waitFor();
    await window.page.getByText('depends_on').first().waitFor();
    expect(await window.page.getByRole('button', { name: 'Save' }).count()).toBe(0);
    await window.inspect('editor-read-only');
    await window.close();
    const write = fixed.api.workspaces.files.write('shop', { path: '.workflows/new.yaml', text: '', based_on: null });
    await expect(write).rejects.toMatchObject({ code: 'invalid_request' });
  });
});
