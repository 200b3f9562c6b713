import { readFileSync } from 'node:fs';
import { afterAll, beforeAll } from 'vitest';
import { makeScratch, type Running, run, type Scratch, start } from './command-line.ts';

/**
 * A server for the tests of one file. Its workspace is the first YAML block of a page of the guide, so that what the page
 * shows is what is tested; `prepare` writes what its steps need beside it.
 */
export function serveGuide(page: string, prepare: (scratch: Scratch) => void = () => {}) {
  const guide = readFileSync(new URL(`../../../docs/guide/${page}.md`, import.meta.url), 'utf8');
  const [, workflows = ''] = /^```yaml\n([\s\S]*?)^```$/m.exec(guide) ?? [];
  let scratch: Scratch;
  let dev: Running;
  let address: string;
  beforeAll(async () => {
    scratch = makeScratch();
    scratch.write('.workflows/a.yaml', workflows);
    prepare(scratch);
    dev = start(['dev', '--port', '0', '--data', 'data'], { cwd: scratch.path, env: {} });
    [, address = ''] = await dev.says(/ready at (http:\/\/127\.0\.0\.1:\d+)/);
  }, 120_000);
  afterAll(async () => {
    dev.child.kill('SIGINT');
    await dev.ended;
    scratch.remove();
  }, 60_000);

  const cli = (...args: string[]) => run(args, { cwd: scratch.path, env: { MILLRACE_URL: address } });
  return {
    url: () => address,
    cli,
    json: async (...args: string[]) => JSON.parse((await cli(...args, '--json')).stdout),
    /** The same command where no server is named. */
    offline: (...args: string[]) => run(args, { cwd: scratch.path }),
  };
}
