// Schedules, webhooks with their deliveries, and events, in a real browser, against the real server with its own database.
import { describe, expect, test } from 'vitest';
import { narrow } from './support/browser.ts';
import { serve } from './support/serve.ts';

const workflows = `workflows:
  report:
    input: { name: { type: string, default: daily } }
    steps:
      write: { type: shell, cmd: 'echo "{{ input.name }}"' }
triggers:
  nightly:
    type: schedule
    description: The report that everybody reads in the morning.
    cron: '0 3 * * *'
    timezone: Europe/Berlin
    workflow: report
  hourly: { type: schedule, cron: '0 * * * *', timezone: UTC, workflow: report, enabled: false }
  pushed: { type: webhook, workflow: report, input: { name: '{{ trigger.body.ref }}' } }
  paid: { type: event, event: order.paid, workflow: report, input: { name: '{{ event.payload.order }}' } }
`;

const site = serve({ shop: { '.workflows/shop.yaml': workflows }, bare: { '.workflows/a.yaml': 'workflows: {}\n' } });

describe('schedules', () => {
  test('are enabled and disabled in the list, with a way back, and found by their names', async () => {
    const { page } = site.window;
    await page.goto('/schedules');
    const hourly = page.getByRole('switch', { name: 'Schedule hourly is enabled' });
    await hourly.waitFor();
    await site.window.inspect('schedules');
    await hourly.click();
    await page.getByText('Schedule hourly is enabled', { exact: true }).first().waitFor();
    await expect.poll(async () => (await site.millrace.api.schedules.get('shop', 'hourly')).enabled).toBe(true);
    await page.getByRole('button', { name: 'Undo' }).click();
    await expect.poll(async () => (await site.millrace.api.schedules.get('shop', 'hourly')).enabled).toBe(false);
    await page.getByLabel('Search schedules').fill('night');
    await hourly.waitFor({ state: 'detached' });
    await page.goto('/schedules?workspace=bare');
    await page.getByText('No schedule yet').waitFor();
    await site.window.inspect('schedules-empty');
  });

  test('stand in a calendar by the times that the server reckons, each a way to its schedule', async () => {
    const { page } = site.window;
    await page.goto('/schedules?day=2026-10-20');
    await page.getByRole('button', { name: 'Month' }).click();
    const month = page.getByRole('list', { name: 'Month' });
    await month
      .getByRole('link', { name: /nightly/ })
      .first()
      .waitFor();
    expect(await month.getByRole('listitem', { name: /^[A-Z][a-z]+day, / }).count()).toBe(35);
    expect(await page.getByText('October 2026').count()).toBe(1);
    await site.window.inspect('schedules-calendar');
    // 3 in the morning in Berlin is 1 before the clocks change, and 2 after: this browser shows its own time.
    const zone = await page.evaluate('Intl.DateTimeFormat().resolvedOptions().timeZone');
    if (zone === 'UTC') {
      const onDay = (day: string) => month.getByRole('listitem', { name: day }).getByRole('link').textContent();
      expect([await onDay('Saturday, October 24'), await onDay('Monday, October 26')]).toEqual([
        '01:00 nightly',
        '02:00 nightly',
      ]);
    }
    await page.getByRole('button', { name: 'The month after' }).click();
    await page.getByText('November 2026').waitFor();
    await page.getByRole('button', { name: 'Week' }).click();
    await page
      .getByRole('list', { name: 'Week' })
      .getByRole('link', { name: /nightly/ })
      .first()
      .click();
    await page.waitForURL('**/schedules/shop/nightly**');
  });

  test('say why they start runs, start one now, and those of past times that are missing', async () => {
    const { page } = site.window;
    await page.goto('/schedules/shop/hourly');
    await page.getByText('disabled', { exact: true }).first().waitFor();
    await page.getByRole('button', { name: 'Start now' }).click();
    await page
      .getByText(/^Run \d+ is started$/)
      .first()
      .waitFor();
    await site.window.inspect('schedule');
    await page.getByRole('button', { name: 'Backfill' }).click();
    await page.getByLabel('From').fill('2026-11-01T00:00');
    await page.getByLabel('To', { exact: true }).fill('2026-11-01T03:30');
    await page.getByRole('button', { name: 'Show the times' }).click();
    await page.getByText('2026-11-01 03:00:00').waitFor();
    await site.window.inspect('schedule-backfill');
    await page.getByRole('button', { name: 'Start 4 runs' }).click();
    await page.getByText('4 runs are started').first().waitFor();
    await page.getByRole('button', { name: 'Backfill' }).click();
    await page.getByLabel('From').fill('2026-11-01T02:00');
    await page.getByLabel('To', { exact: true }).fill('2026-11-01T03:30');
    await page.getByRole('button', { name: 'Show the times' }).click();
    await page
      .getByRole('link', { name: /^has run \d+$/ })
      .first()
      .waitFor();
    expect(await page.getByRole('button', { name: 'Start 0 runs' }).isDisabled()).toBe(true);
  });

  test('that are late are counted on the first page, which leads to them', async () => {
    const { page } = site.window;
    await page.goto('/schedules?late=true');
    await page.getByText('No schedule is late').waitFor();
    // No server was there to start it, as far as this browser's clock can tell.
    await page.clock.setFixedTime(Date.now() + 48 * 3_600_000);
    await page.goto('/?workspace=shop');
    const figure = page.getByRole('link', { name: '1 Late schedules' });
    await figure.waitFor();
    await page
      .getByRole('region', { name: 'Late schedules' })
      .getByRole('link', { name: /^nightly shop\/report was due/ })
      .waitFor();
    await site.window.inspect('home-late');
    await figure.click();
    await page.waitForURL(/late=true/);
    await page.getByRole('link', { name: 'nightly' }).waitFor();
    expect(await page.getByRole('link', { name: 'hourly' }).count()).toBe(0);
    await site.window.inspect('schedules-late');
  });

  test('fit a phone', async () => {
    const phone = await site.browser.open(site.millrace.url, narrow);
    await phone.page.goto('/schedules/shop/nightly');
    await phone.page.getByText('Next times').waitFor();
    await phone.inspect('schedule-phone');
    const overflow = await phone.page.evaluate('document.documentElement.scrollWidth - window.innerWidth');
    await phone.close();
    expect(overflow).toBe(0);
  });
});

describe('webhooks', () => {
  test('show what became of each request, what was in it, and deliver it again', async () => {
    const { page } = site.window;
    await page.goto('/webhooks?workspace=shop');
    await page.getByText('No delivery yet').waitFor();
    const send = (body: string) =>
      fetch(`${site.millrace.url}/hooks/shop/pushed`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-request': 'seven' },
        body,
      });
    expect((await send('{"ref":"refs/heads/main","commits":[{"id":"a1"}]}')).status).toBe(202);
    expect((await send('{ broken')).status).toBe(400);
    await page.getByRole('cell', { name: 'refused' }).waitFor();
    await site.window.inspect('webhooks');
    await page.getByLabel('Outcome').selectOption('accepted');
    await page.getByRole('cell', { name: 'refused' }).waitFor({ state: 'detached' });
    await page.getByRole('table', { name: 'Deliveries' }).getByRole('link').first().click();
    await page.getByText('refs/heads/main').waitFor();
    await site.window.inspect('delivery');
    await page.getByRole('button', { name: 'Deliver again' }).click();
    await page.getByText('Delivered again').waitFor();
    await site.window.inspect('delivery-again');
    await page.goto('/webhooks?workspace=bare');
    await page.getByText('No webhook yet').waitFor();
    await site.window.inspect('webhooks-empty');
  });
});

describe('events', () => {
  test('are emitted by hand, and show which runs came of them', async () => {
    const { page } = site.window;
    await page.goto('/events?workspace=shop');
    await page.getByText('No event yet').waitFor();
    await site.window.inspect('events-empty');
    await page.getByRole('button', { name: 'Emit an event' }).click();
    await page.getByLabel('Type').last().fill('order.paid');
    await page.getByLabel('Payload').fill('{ "order": "A-17", "total": 41.5');
    await page.getByRole('button', { name: 'Emit', exact: true }).click();
    await page.getByText(/This is no JSON/).waitFor();
    await site.window.inspect('event-emit');
    await page.getByLabel('Payload').fill('{ "order": "A-17", "total": 41.5 }');
    await page.getByRole('button', { name: 'Emit', exact: true }).click();
    await page.getByRole('button', { name: 'Show it' }).click();
    await page.getByRole('link', { name: /^run \d+$/ }).waitFor();
    await site.window.inspect('event');
    await site.millrace.api.events.emit({
      workspace: 'shop',
      type: 'stock.low',
      payload: { item: 'nails' },
      key: 'nails',
    });
    await page.goto('/events');
    await page.getByRole('cell', { name: /stock\.low/ }).waitFor();
    await site.window.inspect('events');
    await page.getByLabel('Type').fill('order.paid');
    await page.getByLabel('Type').press('Enter');
    await page.getByRole('cell', { name: /stock\.low/ }).waitFor({ state: 'detached' });
  });

  test('that there are not are said so', async () => {
    site.window.expectErrors(/404/);
    await site.window.page.goto('/events/999');
    await site.window.page.getByText('There is no such event').waitFor();
  });
});
