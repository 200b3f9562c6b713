import type { NextTick, ScheduleDefinition } from '@millrace/core';
import { expect, it } from 'vitest';
import type { StoredSchedule } from '../../src/ports/index.ts';
import { createRun } from './samples.ts';
import type { ConformanceStore } from './subject.ts';

export const scheduleDefinition = (name: string, given: Partial<ScheduleDefinition> = {}): ScheduleDefinition => ({
  name,
  type: 'schedule',
  workflow: 'order',
  input: { text: '\u0000 "ä"', list: [1, null] },
  enabled: true,
  cron: '* * * * *',
  timezone: 'Europe/Oslo',
  catchUp: 'all',
  catchUpLimit: 7,
  ...given,
});

export function scheduleFacts(subject: () => ConformanceStore): void {
  const at = (ms: number): NextTick => ({ tickAt: ms, fireAt: ms });

  function schedule(now: number, name: string, given: Partial<StoredSchedule> = {}): StoredSchedule {
    const next = given.next === undefined ? at(now + 100) : given.next;
    return {
      workspace: 'shop',
      name,
      version: 0,
      revision: 'r1',
      definition: scheduleDefinition(name),
      override: null,
      decidedUntil: now,
      lastTick: null,
      lastRun: null,
      dropped: null,
      ...given,
      next,
    };
  }

  async function live(revision: string, workspace = 'shop'): Promise<void> {
    const { store } = subject();
    await store.workspaces.publish({ workspace, revision, workflows: [], triggers: [], files: null }, {}, []);
  }

  /** Makes these the schedules of the workspace, which must succeed. */
  async function begin(schedules: readonly StoredSchedule[], workspace = 'shop'): Promise<void> {
    const { store } = subject();
    await live('r1', workspace);
    const request = { workspace, revision: 'r1', put: schedules, remove: [] };
    expect(await store.schedules.replace(request)).toBe(true);
  }

  const names = (schedules: readonly Readonly<{ name: string }>[]) => schedules.map(({ name }) => name).sort();

  it('a schedule comes back as it was put, one version further', async () => {
    const { store } = subject();
    const now = await store.now();
    const run = await createRun(store);
    const full = schedule(now, 'full', {
      folder: 'etl/nightly',
      definition: scheduleDefinition('full', { jitterMs: 5, concurrency: 'skip', description: 'x' }),
      override: { enabled: false, by: 'ada', at: now, reason: 'loud' },
      next: { tickAt: now + 1, fireAt: now + 9 },
      lastTick: { tickAt: now, decidedAt: now, result: 'failed', run: null, error: { code: 'c', message: 'm' } },
      lastRun: run,
      dropped: { from: 1, to: 2, noticedAt: 3 },
    });
    const idle = schedule(now, 'idle', { next: null });
    await begin([full, idle]);
    expect(await store.schedules.get({ workspace: 'shop', name: 'full' })).toEqual({ ...full, version: 1 });
    expect(await store.schedules.ofWorkspace('shop')).toEqual([
      { ...full, version: 1 },
      { ...idle, version: 1 },
    ]);
    expect(await store.schedules.get({ workspace: 'shop', name: 'none' })).toBeNull();
    expect(await store.schedules.ofWorkspace('other')).toEqual([]);
  });

  it('a workspace is outdated until its schedules are those of its live revision', async () => {
    const { store } = subject();
    expect(await store.schedules.outdated()).toEqual([]);
    await store.workspaces.reject('wrong', {}, []);
    await live('r1', 'b');
    await live('r1', 'a');
    expect(await store.schedules.outdated()).toEqual(['a', 'b']);
    expect(await store.schedules.replace({ workspace: 'a', revision: 'r1', put: [], remove: [] })).toBe(true);
    expect(await store.schedules.outdated()).toEqual(['b']);
    await live('r2', 'a');
    expect(await store.schedules.outdated()).toEqual(['a', 'b']);
    expect(await store.schedules.replace({ workspace: 'a', revision: 'r1', put: [], remove: [] })).toBe(false);
    expect(await store.schedules.outdated()).toEqual(['a', 'b']);
  });

  it('a revision that is not live any more changes nothing', async () => {
    const { store } = subject();
    const now = await store.now();
    await begin([schedule(now, 'a')]);
    await live('r2');
    const [before] = await store.schedules.ofWorkspace('shop');
    if (before === undefined) throw new Error('There is no schedule.');
    const late = { workspace: 'shop', revision: 'r1', put: [schedule(now, 'b')], remove: [before] };
    expect(await store.schedules.replace(late)).toBe(false);
    expect(names(await store.schedules.ofWorkspace('shop'))).toEqual(['a']);
  });

  it('what was changed meanwhile is neither replaced nor removed, and the workspace stays outdated', async () => {
    const { store } = subject();
    const now = await store.now();
    await begin([schedule(now, 'a'), schedule(now, 'b'), schedule(now, 'c')]);
    const [a, b, c] = await store.schedules.ofWorkspace('shop');
    if (a === undefined || b === undefined || c === undefined) throw new Error('Three schedules are needed.');
    expect(names(await store.schedules.save([a, b]))).toEqual(['a', 'b']);
    await live('r2');
    const stale = {
      workspace: 'shop',
      revision: 'r2',
      put: [{ ...a, next: null }, schedule(now, 'd')],
      remove: [b, c],
    };
    expect(await store.schedules.replace(stale)).toBe(false);
    expect(await store.schedules.outdated()).toEqual(['shop']);
    const kept = await store.schedules.ofWorkspace('shop');
    expect(kept.find(({ name }) => name === 'a')?.next).toEqual(a.next);
    expect(names(kept)).toContain('b');
    const again = kept.filter(({ name }) => name === 'a' || name === 'b');
    expect(await store.schedules.replace({ workspace: 'shop', revision: 'r2', put: [], remove: again })).toBe(true);
    expect(await store.schedules.outdated()).toEqual([]);
  });

  it('due schedules come oldest first, each to one taker, and are hidden for a while', async () => {
    const { store, another, advanceClock } = subject();
    const now = await store.now();
    const other = (await another()).store;
    await begin([3, 1, 2, 500].map((ms) => schedule(now, `n${ms}`, { next: at(now + ms) })));
    expect(await store.schedules.takeDue({ limit: 9, hideMs: 1_000 })).toEqual([]);
    expect(await store.schedules.nextDueAt()).toBe(now + 1);
    await advanceClock(100);
    const first = await store.schedules.takeDue({ limit: 2, hideMs: 1_000 });
    expect(first.map(({ name }) => name)).toEqual(['n1', 'n2']);
    const both = await Promise.all([store, other].map((one) => one.schedules.takeDue({ limit: 9, hideMs: 1_000 })));
    expect(both.flat().map(({ name }) => name)).toEqual(['n3']);
    expect(await store.schedules.nextDueAt()).toBe(now + 500);
    await advanceClock(1_000);
    const again = await other.schedules.takeDue({ limit: 9, hideMs: 1_000 });
    expect(again.map(({ name }) => name)).toEqual(['n1', 'n2', 'n3', 'n500']);
    expect(again[0]?.next).toEqual(at(now + 1));
  });

  it('what was decided is saved once: the second of two that decided on the same version saves nothing', async () => {
    const { store, advanceClock } = subject();
    const now = await store.now();
    await begin([schedule(now, 'a'), schedule(now, 'b')]);
    await advanceClock(200);
    const [a, b] = await store.schedules.takeDue({ limit: 9, hideMs: 60_000 });
    if (a === undefined || b === undefined) throw new Error('Two schedules are due.');
    const after = { decidedUntil: now + 100, next: at(now + 300) };
    const override = { enabled: false, by: 'x', at: now, reason: null };
    expect(names(await store.schedules.save([{ ...a, ...after, override }]))).toEqual(['a']);
    expect(
      names(
        await store.schedules.save([
          { ...a, next: null },
          { ...b, ...after },
        ]),
      ),
    ).toEqual(['b']);
    expect(await store.schedules.save([])).toEqual([]);
    expect(await store.schedules.save([{ ...a, name: 'gone' }])).toEqual([]);
    expect(await store.schedules.get(a)).toEqual({ ...a, ...after, override, version: 2 });
    expect(await store.schedules.nextDueAt()).toBe(now + 300);
    await advanceClock(100);
    expect(names(await store.schedules.takeDue({ limit: 9, hideMs: 1 }))).toEqual(['a', 'b']);
  });

  it('without a next tick nothing is due', async () => {
    const { store, advanceClock } = subject();
    await begin([schedule(await store.now(), 'a', { next: null })]);
    await advanceClock(1_000);
    expect(await store.schedules.nextDueAt()).toBeNull();
    expect(await store.schedules.takeDue({ limit: 9, hideMs: 1 })).toEqual([]);
  });

  it('thousands are replaced in one call', async () => {
    const { store } = subject();
    const now = await store.now();
    await begin(Array.from({ length: 3_000 }, (_, index) => schedule(now, `s${index}`, { next: at(now + index + 1) })));
    const all = await store.schedules.ofWorkspace('shop');
    expect(all).toHaveLength(3_000);
    expect(await store.schedules.replace({ workspace: 'shop', revision: 'r1', put: all, remove: [] })).toBe(true);
    expect((await store.schedules.get({ workspace: 'shop', name: 's7' }))?.version).toBe(2);
  });

  it('lists are by workspace and name, in pages without gaps, and each filter gives what it means', async () => {
    const { store, queries } = subject();
    const now = await store.now();
    const off = { enabled: false, by: 'x', at: now, reason: null };
    await begin(
      ['zebra', 'Apple_pie', 'ant'].map((name) => schedule(now, name, name === 'ant' ? { override: off } : {})),
    );
    const others = ['ant', 'mouse'].map((name) =>
      schedule(now, name, {
        workspace: 'lab',
        definition: scheduleDefinition(name, { workflow: 'mix', enabled: name !== 'ant' }),
        next: name === 'mouse' ? at(now + 50) : null,
      }),
    );
    await begin(others, 'lab');
    const list = async (filter: Parameters<typeof queries.listSchedules>[0]) => {
      const found: string[] = [];
      let after: string | null = null;
      do {
        const page: Awaited<ReturnType<typeof queries.listSchedules>> = await queries.listSchedules(filter, {
          limit: 2,
          after,
        });
        found.push(...page.items.map(({ workspace, name }) => `${workspace}/${name}`));
        after = page.next;
      } while (after !== null);
      return found;
    };
    expect(await list({})).toEqual(['lab/ant', 'lab/mouse', 'shop/Apple_pie', 'shop/ant', 'shop/zebra']);
    expect(await list({ workspace: 'shop', enabled: true })).toEqual(['shop/Apple_pie', 'shop/zebra']);
    expect(await list({ enabled: false })).toEqual(['lab/ant', 'shop/ant']);
    expect(await list({ workflow: 'mix' })).toEqual(['lab/ant', 'lab/mouse']);
    expect(await list({ search: 'E_P' })).toEqual(['shop/Apple_pie']);
    expect(await list({ search: '%' })).toEqual([]);
    expect(await list({ dueBefore: now + 50 })).toEqual([]);
    expect(await list({ dueBefore: now + 51 })).toEqual(['lab/mouse']);
    expect(await list({ dueBefore: now + 101, workspace: 'lab' })).toEqual(['lab/mouse']);
    const reach = [{ allow: [[{ workspace: 's*' }]], deny: [[{ name: 'A*' }]] }];
    expect(await list({ reach })).toEqual(['shop/ant', 'shop/zebra']);
  });
}
