// One browser for all tests of a file. Each test has a window of its own, which may not write an error to its console.
import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { expect } from 'vitest';
import { findChromium } from './find-chromium.ts';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const lookBook = fileURLToPath(new URL('../../look-book', import.meta.url));

const wide = { width: 1280, height: 800 };
export const narrow = { width: 390, height: 844 };

export type Window = Readonly<{
  page: Page;
  /** What the console was told, and what the page threw, up to now. */
  errors: readonly string[];
  /** Looks at the page as it is: accessible, quiet, and drawn in both colours for the look-book under `name`. */
  inspect(name: string): Promise<void>;
  /** Errors that this test provokes, and that are no fault of the page. */
  expectErrors(pattern: RegExp): void;
  close(): Promise<void>;
}>;

export async function startBrowser() {
  const { executable, env } = findChromium();
  const browser: Browser = await chromium.launch({
    executablePath: executable,
    args: [
      '--no-sandbox',
      '--disable-dev-shm-usage',
      '--disable-gpu',
      '--disable-quic',
      '--disable-background-networking',
    ],
    env: { ...(process.env as Record<string, string>), ...env },
  });
  return {
    open: (url: string, size = wide) => openWindow(browser, url, size),
    close: () => browser.close(),
  };
}

async function openWindow(browser: Browser, url: string, viewport: typeof wide): Promise<Window> {
  const context: BrowserContext = await browser.newContext({
    baseURL: url,
    viewport,
    colorScheme: 'light',
    reducedMotion: 'reduce',
    permissions: ['clipboard-read', 'clipboard-write'],
  });
  const page = await context.newPage();
  page.setDefaultTimeout(20_000);
  const errors: string[] = [];
  let expected: RegExp | null = null;
  const note = (text: string) => {
    if (expected?.test(text) !== true) errors.push(text);
  };
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') note(`${message.text()} ${message.location().url}`);
  });
  page.on('pageerror', (error) => note(String(error)));
  return {
    page,
    errors,
    expectErrors(pattern) {
      expected = pattern;
    },
    async inspect(name) {
      for (const scheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme: scheme });
        mkdirSync(lookBook, { recursive: true });
        await page.screenshot({ path: `${lookBook}/${name}-${scheme}.png` });
        expect(await accessibilityProblems(page), `${name}, ${scheme}`).toEqual([]);
      }
      await page.emulateMedia({ colorScheme: 'light' });
      expect(errors, `console of ${name}`).toEqual([]);
    },
    close: () => context.close(),
  };
}

/**
 * What axe finds, one line for each place. Evaluated through the debugger, so that the page's policy need not let it in; it
 * stays in the page until that is loaded anew.
 */
async function accessibilityProblems(page: Page): Promise<readonly string[]> {
  if (!(await page.evaluate(`'axe' in window`))) await page.evaluate(`(() => {${axe}})()`);
  const found = await page.evaluate(`(async () => {
    const { violations } = await window.axe.run(document, { resultTypes: ['violations'] });
    return violations.flatMap(({ id, help, nodes }) =>
      nodes.slice(0, 5).map((node) => id + ': ' + help + ' ' + node.html.slice(0, 200) + ' ' + (node.any[0]?.message ?? '')));
  })()`);
  return found as string[];
}
