// What is large: thousands of steps and items, a million lines. That it works is tested here; how fast, `npm run bench:web` tells.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { buildWhenStale } from '../build/build-when-stale.ts';
import { startBrowser, type Window } from './support/browser.ts';
import { largeWorkflows } from './support/large-workflows.ts';
import { type Millrace, startMillrace } from './support/millrace.ts';

let millrace: Millrace;
let browser: Awaited<ReturnType<typeof startBrowser>>;
let window: Window;

beforeAll(async () => {
  buildWhenStale();
  [millrace, browser] = await Promise.all([
    startMillrace({ main: { '.workflows/a.yaml': largeWorkflows({ steps: 5_000, items: 10_000, lines: 1_000_000 }) } }),
    startBrowser(),
  ]);
}, 120_000);
afterAll(async () => {
  await browser?.close();
  await millrace?.stop();
});
beforeEach(async () => {
  window = await browser.open(millrace.url);
});
afterEach(() => window.close());

async function ended(workflow: string): Promise<string> {
  const { id } = await millrace.api.workflows.start('main', workflow, {});
  await millrace.api.runs.waitForEnd(id);
  return id;
}

describe('a run of 5,000 steps', { timeout: 120_000 }, () => {
  test('opens as a graph of which only the part in view is drawn, as a timeline and as a list', async () => {
    const { page } = window;
    const id = await ended('wide');
    await page.goto(`/runs/${id}`);
    await page
      .getByRole('button', { name: /succeeded s0/ })
      .first()
      .waitFor();
    expect(await page.locator('.react-flow__node').count()).toBeLessThan(500);
    await window.inspect('large-graph');
    await page.keyboard.press('2');
    await page
      .getByRole('region', { name: 'Timeline' })
      .getByRole('button', { name: 'succeeded s0', exact: true })
      .waitFor();
    await window.inspect('large-timeline');
    await page.keyboard.press('3');
    await page.getByRole('cell', { name: 's0', exact: true }).waitFor();
    expect(await page.getByRole('row').count()).toBeLessThan(100);
  });
});

describe('a step of 10,000 items', { timeout: 120_000 }, () => {
  test('lists them while one scrolls, and opens any of them', async () => {
    const { page } = window;
    const id = await ended('many');
    await page.goto(`/runs/${id}?view=list&step=each&tab=items`);
    await page.getByRole('cell', { name: '3', exact: true }).waitFor();
    await page.getByLabel('Go to item').fill('9876');
    await page.getByLabel('Go to item').press('Enter');
    await page.getByRole('heading', { name: 'each item 9876' }).waitFor();
    await page.getByText('succeeded').last().waitFor();
  });
});

describe('a log of a million lines', { timeout: 180_000 }, () => {
  test('is scrolled to its end, searched, and its lines are found again by their link', async () => {
    const { page } = window;
    const id = await ended('loud');
    await page.goto(`/runs/${id}?view=list&step=talk&tab=logs`);
    await page.getByText('1,000,000 lines').waitFor({ timeout: 60_000 });
    await page.getByText('line 1 of many', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'End' }).click();
    await page.getByText('line 1000000 of many', { exact: true }).waitFor();
    await window.inspect('large-log');
    await page.getByLabel('Search in the logs').fill('line 777777 of');
    await page.getByText('1 of 1', { exact: true }).waitFor({ timeout: 60_000 });
    await page.getByText('line 777777 of many', { exact: true }).waitFor();
    await page.goto(`/runs/${id}?view=list&step=talk&tab=logs&line=654321`);
    await page.getByText('line 654321 of many', { exact: true }).waitFor({ timeout: 60_000 });
  });
});
