// The inbox of approvals, in a real browser, against the real server with its own database.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { buildWhenStale } from '../build/build-when-stale.ts';
import { narrow, startBrowser, type Window } from './support/browser.ts';
import { type Millrace, startMillrace } from './support/millrace.ts';

const workflows = `workflows:
  release:
    steps:
      ask:
        type: approval
        prompt: |
          Release v4.2 to production?
          All 312 tests have passed.
        form:
          region: { type: string, enum: [eu, us], default: eu }
          percent: { type: integer, minimum: 1, maximum: 100, required: true, description: How many get it first. }
        approvers: { users: [ada, bob, cy] }
        quorum: 2
        timeout: 24h
      deploy: { type: shell, depends_on: [ask], cmd: 'echo "{{ steps.ask.output.values.region }}"' }
  pay:
    steps:
      confirm: { type: approval, prompt: 'Pay 4,000 € to the printer?', approvers: { users: [dora], roles: [finance] } }
  simple:
    steps:
      go: { type: approval, prompt: Go on? }
`;

let millrace: Millrace;
let browser: Awaited<ReturnType<typeof startBrowser>>;
let window: Window;

beforeAll(async () => {
  buildWhenStale();
  [millrace, browser] = await Promise.all([
    startMillrace({ shop: { '.workflows/shop.yaml': workflows } }),
    startBrowser(),
  ]);
});
afterAll(async () => {
  await browser?.close();
  await millrace?.stop();
});
beforeEach(async () => {
  window = await browser.open(millrace.url);
});
afterEach(() => window.close());

const start = async (workflow: string): Promise<string> =>
  (await millrace.api.workflows.start('shop', workflow, {})).id;

async function iAm(name: string): Promise<void> {
  await window.page.getByLabel('Your name').fill(name);
  await window.page.getByRole('button', { name: 'Keep' }).click();
}

describe('the inbox of approvals', () => {
  test('shows an approval as soon as it is asked, and lets it go when all have answered', async () => {
    const { page } = window;
    await page.goto('/approvals');
    await page.getByText('Nothing waits for people').waitFor();
    await window.inspect('approvals-empty');
    const run = await start('release');
    const card = page.getByRole('article', { name: `ask of run ${run}` });
    await card.waitFor();
    await iAm('ada');
    await card.getByLabel('percent').fill('101');
    window.expectErrors(/422|400/);
    await card.getByRole('button', { name: 'Approve' }).click();
    await card.getByText(/Expected a number <= 100/).waitFor();
    await window.inspect('approvals-refused');
    await card.getByLabel('percent').fill('10');
    await card.getByLabel('region').selectOption('us');
    await card.getByLabel('Comment').fill('Looks good to me.');
    await card.getByRole('button', { name: 'Approve' }).click();
    await page.getByText('1 of 2 have approved.').first().waitFor();
    await card.getByText('Looks good to me.').first().waitFor();
    const { items } = await millrace.api.approvals.ofRun(run);
    expect(items[0]?.answers).toMatchObject([{ by: 'ada', values: { region: 'us', percent: 10 } }]);
    await millrace.api.approvals.answer(run, 'ask', { by: 'bob', decision: 'approve', values: { percent: 5 } });
    await card.waitFor({ state: 'detached' });
    expect((await millrace.api.runs.waitForEnd(run)).status).toBe('succeeded');
  });

  test('refuses whom the approval does not name, shows on request what I may answer, and takes a rejection', async () => {
    const { page } = window;
    const [release, pay] = [await start('release'), await start('pay')];
    await page.goto('/approvals');
    const paying = page.getByRole('article', { name: `confirm of run ${pay}` });
    await iAm('ada');
    await paying.getByRole('button', { name: 'Answer' }).click();
    window.expectErrors(/403/);
    await paying.getByRole('button', { name: 'Approve' }).click();
    await paying.getByRole('alert').waitFor();
    await window.inspect('approvals');
    await page.getByLabel('only what I may answer').check();
    await paying.waitFor({ state: 'detached' });
    await page.reload();
    await page
      .getByRole('article', { name: `ask of run ${release}` })
      .getByLabel('Comment')
      .fill('Not on a Friday.');
    await page.getByRole('button', { name: 'Reject' }).click();
    await page.getByText('No open approval matches').waitFor();
    expect((await millrace.api.runs.waitForEnd(release)).status).toBe('failed');
  });

  test('of one run has an address, and can be answered on a phone', async () => {
    const run = await start('simple');
    const phone = await browser.open(millrace.url, narrow);
    await phone.page.goto(`/approvals?run=${run}`);
    await phone.page.getByText('Go on?').waitFor();
    await phone.inspect('approvals-phone');
    expect(await phone.page.evaluate('document.documentElement.scrollWidth - window.innerWidth')).toBe(0);
    expect(await phone.page.getByRole('button', { name: 'Approve' }).isDisabled()).toBe(true);
    await phone.page.getByLabel('Your name').fill('cy');
    await phone.page.getByLabel('Your name').press('Enter');
    await phone.page.getByRole('button', { name: 'Approve' }).click();
    expect((await millrace.api.runs.waitForEnd(run)).status).toBe('succeeded');
    await phone.close();
  });
});
