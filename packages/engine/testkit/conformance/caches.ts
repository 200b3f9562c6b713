import type { CachedOutput } from '@millrace/core';
import { expect, it } from 'vitest';
import { change, createRun, noChanges } from './samples.ts';
import type { ConformanceStore } from './subject.ts';

const output = (given: Partial<CachedOutput> = {}): CachedOutput => ({
  workspace: 'shop',
  workflow: 'order',
  key: 'k1',
  label: 'v "1" \u0000 ü',
  step: 'build',
  output: '{"a":1}',
  ttlMs: 1_000,
  ...given,
});
const key = (name: string, workspace = 'shop') => ({ workspace, key: name });
const all = { limit: 100, after: null };

export function cacheFacts(subject: () => ConformanceStore): void {
  it('an output that a commit puts there is found until its time is over, in its workspace', async () => {
    const { store, advanceClock } = subject();
    await createRun(store, { cached: [output(), output({ key: 'k2', output: null })] });
    const keys = [key('k2'), key('none'), key('k1'), key('k1', 'other')];
    expect(await store.cache.find(keys)).toEqual([{ output: null }, null, { output: '{"a":1}' }, null]);
    await advanceClock(999);
    expect(await store.cache.find([key('k1')])).toEqual([{ output: '{"a":1}' }]);
    await advanceClock(1);
    expect(await store.cache.find([key('k1')])).toEqual([null]);
    expect(await store.cache.find([])).toEqual([]);
  });

  it('the last output of a key stands, also within one commit, and begins a new time', async () => {
    const { store, advanceClock } = subject();
    const id = await createRun(store, { cached: [output({ output: '1' }), output({ output: '2' })] });
    expect(await store.cache.find([key('k1')])).toEqual([{ output: '2' }]);
    await advanceClock(600);
    await store.runs.commit([change(id, 1, { cached: [output({ output: '3' })] })], null);
    await advanceClock(600);
    expect(await store.cache.find([key('k1')])).toEqual([{ output: '3' }]);
    expect((await store.cache.list({}, all)).items.length).toBe(1);
  });

  it('a commit that loses its race puts nothing there', async () => {
    const { store } = subject();
    const id = await createRun(store);
    await store.runs.commit([{ ...change(id, 7), changes: { ...noChanges, cached: [output()] } }], null);
    expect(await store.cache.find([key('k1')])).toEqual([null]);
  });

  it('is listed and cleared by workspace, workflow, step and label, newest first, in pages', async () => {
    const { store, advanceClock } = subject();
    const now = await store.now();
    const id = await createRun(store, { cached: [output(), output({ workspace: 'other' })] });
    await advanceClock(10);
    await store.runs.commit(
      [
        change(id, 1, {
          cached: [output({ key: 'k2', step: 'test', label: 'x' }), output({ key: 'k3', workflow: 'w' })],
        }),
      ],
      null,
    );
    const listed = await store.cache.list({ workspace: 'shop' }, all);
    expect(listed.items.map((entry) => entry.key)).toEqual(['k3', 'k2', 'k1']);
    expect(listed.items[2]).toEqual({
      ...{ workspace: 'shop', workflow: 'order', key: 'k1', label: 'v "1" \u0000 ü', step: 'build', run: id },
      ...{ sizeBytes: 7, createdAt: now, expiresAt: now + 1_000 },
    });
    const first = await store.cache.list({}, { limit: 3, after: null });
    const rest = await store.cache.list({}, { limit: 3, after: first.next });
    expect([...first.items, ...rest.items].map((entry) => `${entry.workspace}/${entry.key}`)).toEqual([
      ...['shop/k3', 'shop/k2', 'shop/k1', 'other/k1'],
    ]);
    expect(rest.next).toBeNull();
    expect(await store.cache.list({}, { limit: 3, after: 'nonsense' })).toEqual({ items: [], next: null });
    expect((await store.cache.list({ step: 'test', label: 'x' }, all)).items.length).toBe(1);
    expect(await store.cache.clear({ workflow: 'w' })).toBe(1);
    expect(await store.cache.clear({ workspace: 'shop', label: 'v "1" \u0000 ü' })).toBe(1);
    expect(await store.cache.clear({})).toBe(2);
    expect(await store.cache.clear({})).toBe(0);
  });

  it('what has expired is removed, a few at a time, and never cleared or listed', async () => {
    const { store, advanceClock } = subject();
    await createRun(store, { cached: ['a', 'b', 'c'].map((name) => output({ key: name })) });
    await createRun(store, { cached: [output({ key: 'd', ttlMs: 5_000 })] });
    await advanceClock(1_000);
    expect(await store.cache.clear({ step: 'nothing' })).toBe(0);
    expect((await store.cache.list({}, all)).items.map((entry) => entry.key)).toEqual(['d']);
    expect(await store.cache.removeExpired(2)).toBe(2);
    expect(await store.cache.removeExpired(2)).toBe(1);
    expect(await store.cache.removeExpired(2)).toBe(0);
    expect(await store.cache.find([key('d')])).toEqual([{ output: '{"a":1}' }]);
  });
}
