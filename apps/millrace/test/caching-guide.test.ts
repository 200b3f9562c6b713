// The workflow of the guide on caching, on a server and offline.
import { describe, expect, it } from 'vitest';
import { serveGuide } from './dev-server.ts';

const { cli, json, offline } = serveGuide('caching');

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
    const { exit, stdout } = await offline('run', '.', 'report', '--json');
    expect(exit).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ run: { status: 'succeeded' } });
  });
});
