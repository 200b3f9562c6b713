// The workflows of the guide on limits, on a server: who holds a key, who waits for it, and who is next.
import { chmodSync } from 'node:fs';
import { createClient } from '@millrace/client';
import { describe, expect, it } from 'vitest';
import { serveGuide } from './dev-server.ts';

const { cli, json, url } = serveGuide('limits', (scratch) => {
  chmodSync(scratch.write('ship.sh', '#!/bin/sh\nexec sleep 300\n'), 0o755);
  scratch.write('package.json', JSON.stringify({ scripts: { test: 'sleep 300' } }));
});
const begin = async (...args: string[]): Promise<string> => (await json('workflow', 'start', ...args)).id;
const status = async (id: string): Promise<string> => (await json('run', 'get', id)).status;
const becomes = (id: string, expected: string) =>
  expect.poll(async () => (await createClient({ url: url() }).runs.get(id)).status, { timeout: 30_000 }).toBe(expected);

describe('the guide on limits', { timeout: 120_000 }, () => {
  it('lets one run hold a key, tells who holds it and who waits, and serves the higher priority first', async () => {
    const first = await begin('deploy');
    await becomes(first, 'running');
    const second = await begin('deploy');
    const urgent = await begin('deploy', '--priority', '10');
    const elsewhere = await begin('deploy', '-i', 'environment=production');
    await becomes(elsewhere, 'running');
    expect(await Promise.all([second, urgent].map(status))).toEqual(['queued', 'queued']);

    const { items } = await json('limit', 'get', 'deploy staging');
    expect(items).toMatchObject([
      { workspace: 'main', kind: 'concurrency', limit: 1, held: 1, waiting: 2, holders: [{ run: first }] },
    ]);
    expect(items[0].waiters).toMatchObject([
      { run: urgent, workflow: 'deploy', priority: 10 },
      { run: second, workflow: 'deploy', priority: 0 },
    ]);
    const shown = (await cli('limit', 'get', 'deploy staging')).stdout;
    expect(shown).toMatch(/^concurrency deploy staging of workspace main: 1\/1\nheld by\n {2}run \d+ of deploy, /);
    expect((await cli('limit', 'list', '--kind', 'concurrency')).stdout).toMatch(/deploy staging +1\/1 +2 /);
    expect((await cli('explain', second)).stdout).toMatch(
      new RegExp(`for the key deploy staging \\(1 of 1 held: run ${first}, .*with 1 other before it in line`),
    );

    expect((await cli('run', 'cancel', first, '--wait')).exit).toBe(0);
    await becomes(urgent, 'running');
    expect(await status(second)).toBe('queued');
    expect((await cli('run', 'cancel', second, '--wait')).exit).toBe(0);
    expect(await json('limit', 'get', 'deploy staging')).toMatchObject({ items: [{ held: 1, waiting: 0 }] });
    for (const id of [urgent, elsewhere]) await cli('run', 'cancel', id, '--wait');
    const nobody = await cli('limit', 'get', 'deploy staging');
    expect([nobody.exit, nobody.stderr]).toEqual([2, expect.stringContaining('Nobody holds the key deploy staging')]);
  });

  it('has the run before stopped by the newest one', async () => {
    const before = await begin('test', '-i', 'branch=a');
    await becomes(before, 'running');
    const newest = await begin('test', '-i', 'branch=a');
    await becomes(before, 'cancelled');
    await becomes(newest, 'running');
    expect((await cli('run', 'cancel', newest, '--wait')).exit).toBe(0);
  });

  it('lists queues with their limits', async () => {
    expect((await cli('queue', 'list')).stdout).toMatch(/main +reports +0\/3 +0 +0 +0 +Long jobs that read/);
    const { items } = await json('queue', 'list');
    expect(items.find(({ queue }: { queue: string }) => queue === 'reports')).toMatchObject({ limit: 3, held: 0 });
  });

  it('refuses a priority that is none', async () => {
    const wrong = await cli('workflow', 'start', 'deploy', '--priority', 'high');
    expect([wrong.exit, wrong.stderr]).toEqual([2, expect.stringContaining('A whole number from -1000 to 1000')]);
  });
});
