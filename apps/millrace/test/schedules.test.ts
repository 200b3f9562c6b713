// Schedules of a real server, through the command line.
import { readFileSync } from 'node:fs';
import { createClient } from '@millrace/client';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeScratch, type Running, run, type Scratch } from './command-line.ts';
import { addressOf, startDev } from './dev-server.ts';

const guide = readFileSync(new URL('../../../docs/guide/schedules.md', import.meta.url), 'utf8');
const [nightly = ''] = [...guide.matchAll(/^```yaml\n([\s\S]*?)^```$/gm)].map((match) => match[1] ?? '');

let scratch: Scratch;
let server: Running | null = null;
beforeEach(() => {
  scratch = makeScratch();
  scratch.write('.workflows/nightly.yaml', nightly);
  scratch.write(
    '.workflows/often.yaml',
    'workflows:\n  tell: { steps: { say: { type: shell, cmd: "echo {{ run.trigger.scheduled_at }}" } } }\n' +
      'triggers:\n  often: { type: schedule, every: 1s, workflow: tell }\n',
  );
});
afterEach(async () => {
  server?.child.kill('SIGKILL');
  await server?.ended;
  scratch.remove();
});

describe('millrace schedule', { timeout: 120_000 }, () => {
  it('shows, disables, fires and fills schedules that a server fires', async () => {
    server = await startDev(scratch);
    const url = await addressOf(server);
    const api = createClient({ url });
    const remote = { cwd: scratch.path, env: { MILLRACE_URL: url } };
    const schedule = (...args: readonly string[]) => run(['schedule', ...args], remote);
    const json = async (...args: readonly string[]) => JSON.parse((await schedule(...args, '--json')).stdout);

    const listed = await schedule('list');
    expect(listed.stdout).toMatch(/SCHEDULE +WORKFLOW +STATE +NEXT +LAST\nmain\/nightly +report +enabled +\d{4}-/);

    await expect
      .poll(async () => (await api.schedules.get('main', 'often')).last_tick?.result, { timeout: 60_000 })
      .toBe('started');
    for (;;) {
      const { last_tick: last } = await json('get', 'often');
      if (last?.result !== 'started') continue;
      const ended = JSON.parse((await run(['run', 'get', last.run, '--json'], remote)).stdout);
      expect(ended.trigger).toMatchObject({ type: 'schedule', name: 'often', scheduled_at: last.scheduled_at });
      break;
    }
    expect((await schedule('disable', 'often', '--reason', 'enough', '--by', 'ada')).stdout).toBe(
      'Schedule often is disabled.\n',
    );
    const disabled = await schedule('get', 'often');
    expect(disabled.stdout).toMatch(
      /disabled_by_person\n {2}It was disabled by ada at .* \(enough\)\.\n {2}→ Enable it/,
    );
    expect((await json('list', '--disabled')).items.map(({ name }: { name: string }) => name)).toEqual(['often']);
    expect((await schedule('reset', 'often')).stdout).toMatch(/^Schedule often is enabled\. Its next time is /);

    const next = await json('next', 'nightly', '--after', '2026-03-27T12:00:00Z', '-n', '2');
    expect(next.items).toEqual(['2026-03-30T00:30:00.000Z', '2026-03-31T00:30:00.000Z']);
    const range = ['--from', '2026-01-05T00:00:00Z', '--to', '2026-01-07T00:00:00Z'];
    expect((await schedule('backfill', 'nightly', ...range, '--dry-run')).stdout).toMatch(
      /missing\n2 of 2 would be started\.\n$/,
    );
    const filled = await json('backfill', 'nightly', ...range);
    expect(filled.items.map((item: { created: boolean }) => item.created)).toEqual([true, true]);
    const got = JSON.parse((await run(['run', 'get', filled.items[0].run, '--json'], remote)).stdout);
    expect(got.input).toEqual({ day: '2026-01-05' });
    expect((await schedule('backfill', 'nightly', ...range)).stdout).toMatch(/there already\n0 of 2 were started\.\n$/);

    const fired = await json('fire', 'nightly', '--key', 'once');
    expect(await json('fire', 'nightly', '--key', 'once')).toEqual({ id: fired.id, created: false });
    const unknown = await schedule('get', 'nightl');
    expect([unknown.exit, unknown.stderr]).toEqual([2, expect.stringContaining('It has: nightly, often.')]);
    expect((await schedule('backfill', 'nightly', '--from', 'monday', '--to', 'x')).exit).toBe(2);
  });
});
