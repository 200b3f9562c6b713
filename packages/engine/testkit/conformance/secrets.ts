import { expect, it } from 'vitest';
import type { ConformanceStore } from './subject.ts';

const secret = (given: Readonly<{ workspace?: string; name?: string; envelope?: string }> = {}) => ({
  workspace: 'shop',
  name: 'token',
  keyId: 'k1',
  envelope: 'v1.a.b',
  updatedBy: 'ada "ä"',
  ...given,
});

export function secretFacts(subject: () => ConformanceStore): void {
  it('a secret comes back as it was put; another put takes its place', async () => {
    const { store, advanceClock } = subject();
    await store.secrets.put(secret());
    const at = await store.now();
    expect(await store.secrets.get('shop', 'token')).toEqual({ ...secret(), updatedAt: at });
    await advanceClock(5);
    await store.secrets.put({ ...secret({ envelope: 'v1.c.d' }), keyId: 'k2', updatedBy: 'bob' });
    expect(await store.secrets.get('shop', 'token')).toEqual({
      ...secret({ envelope: 'v1.c.d' }),
      keyId: 'k2',
      updatedBy: 'bob',
      updatedAt: at + 5,
    });
    expect(await store.secrets.get('lab', 'token')).toBeNull();
    expect(await store.secrets.get('shop', 'Token')).toBeNull();
  });

  it('lists are by workspace and name, of one workspace or of all', async () => {
    const { store } = subject();
    for (const [workspace, name] of [
      ['shop', 'b'],
      ['lab', 'z'],
      ['shop', 'B'],
      ['shop', 'a-1'],
    ] as const) {
      await store.secrets.put(secret({ workspace, name }));
    }
    const named = async (workspace: string | null) =>
      (await store.secrets.list(workspace)).map((one) => `${one.workspace}/${one.name}`);
    expect(await named('shop')).toEqual(['shop/B', 'shop/a-1', 'shop/b']);
    expect(await named(null)).toEqual(['lab/z', 'shop/B', 'shop/a-1', 'shop/b']);
    expect(await named('none')).toEqual([]);
  });

  it('what is removed is gone, once', async () => {
    const { store } = subject();
    await store.secrets.put(secret());
    expect(await store.secrets.remove('lab', 'token')).toBe(false);
    expect(await store.secrets.remove('shop', 'token')).toBe(true);
    expect(await store.secrets.remove('shop', 'token')).toBe(false);
    expect(await store.secrets.get('shop', 'token')).toBeNull();
  });

  it('another envelope is taken only for the value that was read, and is no new value', async () => {
    const { store, advanceClock } = subject();
    await store.secrets.put(secret());
    const read = await store.secrets.get('shop', 'token');
    if (read === null) throw new Error('It was put.');
    await advanceClock(5);
    const sealed = { keyId: 'k2', envelope: 'v1.e.f' };
    expect(await store.secrets.reseal(read, sealed)).toBe(true);
    expect(await store.secrets.get('shop', 'token')).toEqual({ ...read, ...sealed });
    expect(await store.secrets.reseal(read, { keyId: 'k3', envelope: 'v1.g.h' })).toBe(false);
    expect((await store.secrets.get('shop', 'token'))?.keyId).toBe('k2');
    await store.secrets.remove('shop', 'token');
    expect(await store.secrets.reseal({ ...read, ...sealed }, { keyId: 'k3', envelope: 'v1.g.h' })).toBe(false);
  });
}
