// How fast the web UI is, in a real browser against the real server: `npm run bench:web`. One line for each figure, the median of five.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { buildWhenStale } from '../apps/web/build/build-when-stale.ts';
import { startBrowser } from '../apps/web/e2e/support/browser.ts';
import { largeWorkflows } from '../apps/web/e2e/support/large-workflows.ts';
import { startMillrace } from '../apps/web/e2e/support/millrace.ts';

const times = 5;
const ask = `
  ask:
    steps:
      go: { type: approval, prompt: Go on? }
`;

buildWhenStale();
tellFirstLoad();
const workflows = largeWorkflows({ steps: 5_000, items: 10_000, lines: 1_000_000 }) + ask;
const millrace = await startMillrace({ main: { '.workflows/a.yaml': workflows } });
const browser = await startBrowser();
type Page = Awaited<ReturnType<typeof browser.open>>['page'];
try {
  const wide = await ended('wide');
  await tell('a run of 5,000 steps opens as a graph', 'ms', async (page) => {
    const began = performance.now();
    await page.goto(`/runs/${wide}`);
    await page
      .getByRole('button', { name: /succeeded s0/ })
      .first()
      .waitFor();
    return performance.now() - began;
  });
  await tell('and is panned, frames a second', 'fps', async (page) => {
    await page.goto(`/runs/${wide}`);
    await page
      .getByRole('button', { name: /succeeded s0/ })
      .first()
      .waitFor();
    return framesWhilePanning(page);
  });
  const many = await ended('many');
  await tell('the items of a step of 10,000 open', 'ms', async (page) => {
    const began = performance.now();
    await page.goto(`/runs/${many}?view=list&step=each&tab=items`);
    await page.getByRole('cell', { name: '3', exact: true }).waitFor();
    return performance.now() - began;
  });
  const loud = await ended('loud');
  await tell('a log of a million lines shows its first', 'ms', async (page) => {
    const began = performance.now();
    await page.goto(`/runs/${loud}?view=list&step=talk&tab=logs`);
    await page.getByText('line 1 of many', { exact: true }).waitFor();
    return performance.now() - began;
  });
  await tell('and all of them', 'ms', async (page) => {
    const began = performance.now();
    await page.goto(`/runs/${loud}?view=list&step=talk&tab=logs`);
    await page.getByText('1,000,000 lines', { exact: true }).waitFor({ timeout: 60_000 });
    return performance.now() - began;
  });
  await tell('a change on the server shows', 'ms', changeShows);
} finally {
  await browser.close();
  await millrace.stop();
}

async function ended(workflow: string): Promise<string> {
  const { id } = await millrace.api.workflows.start('main', workflow, {});
  await millrace.api.runs.waitForEnd(id);
  return id;
}

async function tell(what: string, unit: string, measure: (page: Page) => Promise<number>): Promise<void> {
  const figures: number[] = [];
  for (let time = 0; time < times; time += 1) {
    const { page, close } = await browser.open(millrace.url);
    figures.push(await measure(page));
    await close();
  }
  const [least, median, most] = [0, (times - 1) / 2, times - 1].map((at) =>
    Math.round(figures.sort((a, b) => a - b)[at] ?? 0),
  );
  process.stdout.write(`${what}: ${median} ${unit} (${least}–${most})\n`);
}

/** Drags the drawing to and fro for two seconds, and counts the frames meanwhile. */
async function framesWhilePanning(page: Page): Promise<number> {
  const box = await page.locator('.react-flow__pane').boundingBox();
  const [x, y] = [(box?.x ?? 0) + (box?.width ?? 0) - 40, (box?.y ?? 0) + 40];
  const counted = page.evaluate(`new Promise((resolve) => {
    const began = performance.now();
    let frames = 0;
    const count = (now) => {
      frames += 1;
      if (now - began < 2000) requestAnimationFrame(count);
      else resolve((1000 * frames) / (now - began));
    };
    requestAnimationFrame(count);
  })`);
  await page.mouse.move(x, y);
  await page.mouse.down();
  let panning = true;
  void counted.finally(() => {
    panning = false;
  });
  for (let step = 0; panning; step += 1) await page.mouse.move(x - ((step * 12) % 360), y + ((step * 8) % 240));
  await page.mouse.up();
  return (await counted) as number;
}

async function changeShows(page: Page): Promise<number> {
  const { id } = await millrace.api.workflows.start('main', 'ask', {});
  await page.goto(`/runs/${id}?view=list`);
  await page.getByText('live', { exact: true }).waitFor();
  await page.getByText('waiting', { exact: true }).first().waitFor();
  const began = performance.now();
  await millrace.api.approvals.answer(id, 'go', { by: 'ada', decision: 'approve' });
  await page.getByText('succeeded', { exact: true }).first().waitFor();
  return performance.now() - began;
}

/** What the page itself names, as it goes over the wire; the code of each page comes on the way there. */
function tellFirstLoad(): void {
  const dist = fileURLToPath(new URL('../apps/web/dist', import.meta.url));
  const page = readFileSync(`${dist}/index.html`, 'utf8');
  const kilobytes = (bytes: number) => `${(bytes / 1_024).toFixed(0)} kB`;
  const zipped = (name: string) => statSync(`${dist}/assets/${name}.gz`).size;
  const named = [...page.matchAll(/\/assets\/([\w.-]+\.(?:js|css))/g)].map(([, name]) => name ?? '');
  const largest = readdirSync(`${dist}/assets`)
    .filter((name) => /\.(?:js|css)$/.test(name) && !named.includes(name))
    .map((name) => ({ name: name.replace(/-[\w-]{8}(?=\.\w+$)/, ''), size: zipped(name) }))
    .sort((a, b) => b.size - a.size)
    .slice(0, 4);
  process.stdout.write(
    `the first load: ${kilobytes(named.reduce((sum, name) => sum + zipped(name), 0))} (gzip, without the font)\n`,
  );
  process.stdout.write(`beside it: ${largest.map(({ name, size }) => `${name} ${kilobytes(size)}`).join(', ')}\n`);
}
