import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import { buildWhenStale } from '../../build/build-when-stale.ts';
import { startBrowser, type Window } from './browser.ts';
import { type Millrace, startMillrace } from './millrace.ts';

/** A server with these workspaces and a browser for all tests of a file, and a window of its own for each test. */
export function serve(
  workspaces: Parameters<typeof startMillrace>[0],
  options: Parameters<typeof startMillrace>[1] = {},
) {
  let millrace: Millrace;
  let browser: Awaited<ReturnType<typeof startBrowser>>;
  let window: Window;
  beforeAll(async () => {
    buildWhenStale();
    [millrace, browser] = await Promise.all([startMillrace(workspaces, options), startBrowser()]);
  });
  afterAll(async () => {
    await browser?.close();
    await millrace?.stop();
  });
  beforeEach(async () => {
    window = await browser.open(millrace.url);
  });
  afterEach(() => window.close());
  return {
    get millrace() {
      return millrace;
    },
    /** For a second window, or one of another size. */
    get browser() {
      return browser;
    },
    get window() {
      return window;
    },
  };
}
