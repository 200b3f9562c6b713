// The inbox of approvals, in a real browser, against the real server with its own database.
import { describe, expect, test } from 'vitest';
import { narrow } from './support/browser.ts';
import { serve } from './support/serve.ts';

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
      confirm: { type: approval, prompt: 'Pay 4,000 € to the printer?', approvers: { users: [dora] } }
  simple:
    steps:
      go: { type: approval, prompt: Go on? }
`;

const site = serve({ shop: { '.workflows/shop.yaml': workflows } });

const start = async (workflow: string): Promise<string> =>
  (await site.millrace.api.workflows.start('shop', workflow, {})).id;

async function iAm(name: string): Promise<void> {
  await site.window.page.getByLabel('Your name').fill(name);
  await site.window.page.getByRole('button', { name: 'Keep' }).click();
}

describe('the inbox of approvals', () => {
  test('shows an approval as soon as it is asked, and lets it go when all have answered', async () => {
    const { page } = site.window;
    await page.goto('/approvals');
    await page.getByText('Nothing waits for people').waitFor();
    await site.window.inspect('approvals-empty');
    const run = await start('release');
    const card = page.getByRole('article', { name: `ask of run ${run}` });
    await card.waitFor();
    await iAm('ada');
    await card.getByLabel('percent').fill('101');
    site.window.expectErrors(/422|400/);
    await card.getByRole('button', { name: 'Approve' }).click();
    await card.getByText(/Expected a number <= 100/).waitFor();
    await site.window.inspect('approvals-refused');
    await card.getByLabel('percent').fill('10');
    await card.getByLabel('region').selectOption('us');
    await card.getByLabel('Comment').fill('Looks good to me.');
    await card.getByRole('button', { name: 'Approve' }).click();
    await page.getByText('1 of 2 have approved.').first().waitFor();
    await card.getByText('Looks good to me.').first().waitFor();
    const { items } = await site.millrace.api.approvals.ofRun(run);
    expect(items[0]?.answers).toMatchObject([{ by: 'ada', values: { region: 'us', percent: 10 } }]);
    await site.millrace.api.approvals.answer(run, 'ask', { by: 'bob', decision: 'approve', values: { percent: 5 } });
    await card.waitFor({ state: 'detached' });
    expect((await site.millrace.api.runs.waitForEnd(run)).status).toBe('succeeded');
  });

  test('refuses whom the approval does not name, shows on request what I may answer, and takes a rejection', async () => {
    const { page } = site.window;
    const [release, pay] = [await start('release'), await start('pay')];
    await page.goto('/approvals');
    const paying = page.getByRole('article', { name: `confirm of run ${pay}` });
    await iAm('ada');
    await paying.getByRole('button', { name: 'Answer' }).click();
    site.window.expectErrors(/403/);
    await paying.getByRole('button', { name: 'Approve' }).click();
    await paying.getByRole('alert').waitFor();
    await site.window.inspect('approvals');
    await page.getByLabel('only what I may answer').check();
    await paying.waitFor({ state: 'detached' });
    await page.reload();
    await page
      .getByRole('article', { name: `ask of run ${release}` })
      .getByLabel('Comment')
      .fill('Not on a Friday.');
    await page.getByRole('button', { name: 'Reject' }).click();
    await page.getByText('No open approval matches').waitFor();
    expect((await site.millrace.api.runs.waitForEnd(release)).status).toBe('failed');
  });

  test('of one run has an address, and can be answered on a phone', async () => {
    const run = await start('simple');
    const phone = await site.browser.open(site.millrace.url, narrow);
    await phone.page.goto(`/approvals?run=${run}`);
    await phone.page.getByText('Go on?').waitFor();
    await phone.inspect('approvals-phone');
    expect(await phone.page.evaluate('document.documentElement.scrollWidth - window.innerWidth')).toBe(0);
    expect(await phone.page.getByRole('button', { name: 'Approve' }).isDisabled()).toBe(true);
    await phone.page.getByLabel('Your name').fill('cy');
    await phone.page.getByLabel('Your name').press('Enter');
    await phone.page.getByRole('button', { name: 'Approve' }).click();
    expect((await site.millrace.api.runs.waitForEnd(run)).status).toBe('succeeded');
    await phone.close();
  });
});
