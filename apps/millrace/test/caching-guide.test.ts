// The workflow of the guide on caching, on a server and offline.
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeScratch, type Running, run, type Scratch, start } from './command-line.ts';

const guide = readFileSync(new URL('../../../docs/guide/caching.md', import.meta.url), 'utf8');
const [, workflows = ''] = /^```yaml\n([\s\S]*?)^```$/m.exec(guide) ?? [];

let scratch: Scratch;
let dev: Running;
let env: Readonly<Record<string, string>>;
beforeAll(async () => {
  scratch = makeScratch();
  scratch.write('.workflows/a.yaml', workflows);
  dev = start(['dev', '--port', '0', '--data', 'data'], { cwd: scratch.path, env: {} });
  const [, url = ''] = await dev.says(/ready at (http:\/\/127\.0\.0\.1:\d+)/);
  env = { MILLRACE_URL: url };
}, 120_000);
afterAll(async () => {
  dev.child.kill('SIGINT');
  await dev.ended;
  scratch.remove();
}, 60_000);

const cli = (...args: string[]) => run(args, { cwd: scratch.path, env });
const json = async (...args: string[]) => JSON.parse((await cli(...args, '--json')).stdout);

describe('the guide on caching', { timeout: 120_000 }, () => {
  it('shows a step that is done once for each key, until the cache is cleared', async () => {
    const first = await json('workflow', 'start', 'report', '--wait');
    expect(first).toMatchObject({ status: 'succeeded', steps: { fetch: { reason: null } } });
    const second = await json('workflow', 'start', 'report', '--wait');
    expect(second).toMatchObject({ output: first.output, steps: { fetch: { reason: 'cached', attempts: 1 } } });
    const other = await json('workflow', 'start', 'report', '--input', 'day=2026-11-27', '--wait');
    expect(other.output).not.toEqual(first.output);

    const listed = await json('cache', 'list', '--workflow', 'report');
    expect(listed.items.map((entry: { key: string }) => entry.key)).toEqual(['sales 2026-11-27', 'sales 2026-11-26']);
    expect((await cli('cache', 'list')).stdout).toMatch(/sales 2026-11-26 +main\/report +fetch +\d+/);
    expect((await cli('cache', 'clear')).exit).toBe(2);
    expect((await cli('cache', 'clear', '--key', 'sales 2026-11-26')).stdout).toBe(
      'Removed 1 output of workspace main.\n',
    );
    const third = await json('workflow', 'start', 'report', '--wait');
    expect(third.steps.fetch.reason).toBeNull();
    expect(third.output).not.toEqual(first.output);
    expect(await json('cache', 'clear', '--all')).toEqual({ removed: 2 });
    expect((await cli('explain', second.id, 'fetch')).stdout).toContain('has ended as succeeded');
  });

  it('runs offline, with a cache that begins empty', async () => {
    const { exit, stdout } = await run(['run', scratch.path, 'report', '--json'], { cwd: scratch.path });
    expect(exit).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ run: { status: 'succeeded' } });
  });
});
