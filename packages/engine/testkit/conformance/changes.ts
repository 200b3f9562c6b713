import { expect, it, vi } from 'vitest';
import { change, createRun } from './samples.ts';
import type { ConformanceStore } from './subject.ts';

export function changeFacts(subject: () => ConformanceStore): void {
  it('every listener hears every hint once it listens, also those of its own server, in order', async () => {
    const { store, another } = subject();
    const other = (await another()).store;
    const id = await createRun(store);
    const [here, there] = [[] as string[], [] as string[]];
    const onGap = () => undefined;
    const stopHere = await store.changes.listen({ onHint: (hint) => here.push(hint), onGap });
    await other.changes.listen({ onHint: (hint) => there.push(hint), onGap });
    await store.runs.commit([change(id, 1)], 'first ä "😀"');
    await store.runs.commit([change(id, 2)], null);
    await other.changes.tell('second');
    await store.runs.commit([change(id, 9)], 'x'.repeat(7_000));
    await store.runs.commit([], 'last');
    const all = ['first ä "😀"', 'second', 'x'.repeat(7_000), 'last'];
    await vi.waitFor(() => expect([here, there]).toEqual([all, all]), { timeout: 10_000, interval: 5 });
    await stopHere();
    await other.changes.tell('after');
    await vi.waitFor(() => expect(there.at(-1)).toBe('after'), { timeout: 10_000, interval: 5 });
    expect(here.at(-1)).toBe('last');
  });

  it('a closed store refuses with store_unavailable', async () => {
    const { store } = await subject().another();
    await store.close();
    await expect(store.now()).rejects.toMatchObject({ code: 'store_unavailable' });
    await expect(store.runs.commit([], 'x')).rejects.toMatchObject({ code: 'store_unavailable' });
    await expect(store.changes.listen({ onHint: () => undefined, onGap: () => undefined })).rejects.toMatchObject({
      code: 'store_unavailable',
    });
  });
}
