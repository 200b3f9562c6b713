// What a page does when the server wants a token, goes away, and comes back.
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { buildWhenStale } from '../build/build-when-stale.ts';
import { startBrowser, type Window } from './support/browser.ts';
import { type Millrace, startMillrace } from './support/millrace.ts';

const token = 'a-token-for-the-browser-tests';
const workflows = `workflows:
  ask:
    steps:
      go: { type: approval, prompt: Go on? }
`;

let millrace: Millrace;
let browser: Awaited<ReturnType<typeof startBrowser>>;
let window: Window;

beforeAll(async () => {
  buildWhenStale();
  [millrace, browser] = await Promise.all([
    startMillrace({ main: { '.workflows/a.yaml': workflows } }, { token }),
    startBrowser(),
  ]);
});
afterAll(async () => {
  await browser?.close();
  await millrace?.stop();
});
beforeEach(async () => {
  window = await browser.open(millrace.url);
  window.expectErrors(/401|WebSocket|ERR_CONNECTION|503/);
});
afterEach(() => window.close());

async function enter(path: string): Promise<void> {
  const { page } = window;
  await page.goto(path);
  await page.getByText('With an API token or key').click();
  await page.getByLabel('API token').fill(token);
  await page.getByRole('button', { name: 'Go on' }).click();
}

test('a page of a server with a token asks for it, and keeps it over a reload', async () => {
  const { page } = window;
  await page.goto('/runs');
  await page.getByRole('dialog', { name: 'Sign in to Millrace' }).waitFor();
  await page.getByText('With an API token or key').click();
  await window.inspect('token');
  await page.getByLabel('API token').fill('a-wrong-token-of-somebody');
  await page.getByRole('button', { name: 'Go on' }).click();
  await page.getByText('The token or key that was given is not good.').waitFor();
  await page.getByLabel('API token').fill(token);
  await page.getByRole('button', { name: 'Go on' }).click();
  await page.getByText('No run yet').waitFor();
  await page.getByText('live', { exact: true }).waitFor();
  await page.reload();
  await page.getByText('No run yet').waitFor();
});

test('a page whose server goes away says so, keeps what it shows, and goes on when the server is back', {
  timeout: 90_000,
}, async () => {
  const { page } = window;
  const { id } = await millrace.api.workflows.start('main', 'ask', {});
  await enter(`/runs/${id}?view=list`);
  await page.getByRole('cell', { name: 'go', exact: true }).waitFor();
  await page.getByText('live', { exact: true }).waitFor();
  await millrace.kill();
  await page.getByText('polling', { exact: true }).waitFor();
  await page.getByText(/Trying again\./).waitFor({ timeout: 30_000 });
  expect(await page.getByRole('cell', { name: 'go', exact: true }).count()).toBe(1);
  await window.inspect('server-away');
  await millrace.restart();
  await page.getByText('live', { exact: true }).waitFor({ timeout: 30_000 });
  await page.getByText(/Trying again\./).waitFor({ state: 'detached' });
  await millrace.api.approvals.answer(id, 'go', { by: 'ada', decision: 'approve' });
  await page.getByText('succeeded', { exact: true }).first().waitFor();
});
