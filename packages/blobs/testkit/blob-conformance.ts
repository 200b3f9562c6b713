// What every adapter of the blob store port must do. Call it from the adapter's test file:
//
//   blobConformance('local folder', async () => ({ store, close }))
import type { BlobStore } from '@millrace/engine';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

export type OpenedBlobStore = Readonly<{ store: BlobStore; close: () => Promise<void> }>;

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const text = (data: Uint8Array | null): string | null => (data === null ? null : new TextDecoder().decode(data));

async function* pieces(...parts: readonly string[]): AsyncGenerator<Uint8Array> {
  for (const part of parts) yield bytes(part);
}

async function collect(stream: AsyncIterable<Uint8Array> | null): Promise<string | null> {
  if (stream === null) return null;
  const parts: Uint8Array[] = [];
  for await (const part of stream) parts.push(part);
  return text(new Uint8Array(Buffer.concat(parts)));
}

/** `open` gives a fresh, empty store for each test. */
export function blobConformance(name: string, open: () => Promise<OpenedBlobStore>): void {
  describe(`blob store: ${name}`, () => {
    let opened: OpenedBlobStore;
    let store: BlobStore;
    beforeEach(async () => {
      opened = await open();
      store = opened.store;
    });
    afterEach(async () => {
      await store.close();
      await opened.close();
    });

    it('gives back what was put', async () => {
      await store.put('logs/1/build.log', bytes('hello'));
      expect(text(await store.get('logs/1/build.log'))).toBe('hello');
      expect(await collect(await store.open('logs/1/build.log'))).toBe('hello');
    });

    it('keeps every byte, also of empty and binary blobs', async () => {
      const binary = Uint8Array.from({ length: 70_000 }, (_, index) => (index * 7) % 256);
      await store.put('binary', binary);
      await store.put('empty', new Uint8Array());
      expect(Buffer.compare((await store.get('binary')) ?? new Uint8Array(), binary)).toBe(0);
      expect((await store.get('empty'))?.byteLength).toBe(0);
      expect(await collect(await store.open('empty'))).toBe('');
    });

    it('answers null for a blob that does not exist, also beside and below one that does', async () => {
      await store.put('a/b', bytes('x'));
      for (const key of ['missing', 'a', 'a/c', 'a/b/c', 'a/bb']) {
        expect(await store.get(key), key).toBeNull();
        expect(await store.get(key, { start: 0, end: 1 }), key).toBeNull();
        expect(await store.open(key), key).toBeNull();
      }
    });

    it('replaces a blob as a whole', async () => {
      await store.put('k', bytes('a long first version'));
      await store.put('k', bytes('short'));
      expect(text(await store.get('k'))).toBe('short');
    });

    it('puts a stream', async () => {
      await store.put('stream', pieces('one ', '', 'two ', 'three'));
      expect(text(await store.get('stream'))).toBe('one two three');
    });

    it('leaves the old blob when a stream breaks in the middle', async () => {
      await store.put('k', bytes('old'));
      async function* broken(): AsyncGenerator<Uint8Array> {
        yield bytes('new');
        throw new Error('the line went dead');
      }
      await expect(store.put('k', broken())).rejects.toThrow('the line went dead');
      expect(text(await store.get('k'))).toBe('old');
      expect((await store.list('')).map((blob) => blob.key)).toEqual(['k']);
    });

    it('reads ranges; the end is exclusive and may lie behind the blob', async () => {
      await store.put('r', bytes('0123456789'));
      const range = async (start: number, end?: number) =>
        text(await store.get('r', end === undefined ? { start } : { start, end }));
      expect(await range(0)).toBe('0123456789');
      expect(await range(3)).toBe('3456789');
      expect(await range(2, 5)).toBe('234');
      expect(await range(8, 100)).toBe('89');
      expect(await range(10)).toBe('');
      expect(await range(50, 60)).toBe('');
      expect(await range(4, 4)).toBe('');
    });

    it('lists by prefix, in the order of the keys, with sizes', async () => {
      const keys = ['a/b', 'a-b', 'a.b', 'ab', 'a/b.c', 'a/c/d', 'b', 'A', 'a0'];
      for (const key of keys) await store.put(key, bytes(key));
      const listed = async (prefix: string) => (await store.list(prefix)).map((blob) => blob.key);
      expect(await listed('')).toEqual([...keys].sort());
      expect(await listed('a/')).toEqual(['a/b', 'a/b.c', 'a/c/d']);
      expect(await listed('a/b')).toEqual(['a/b', 'a/b.c']);
      expect(await listed('a')).toEqual(keys.filter((key) => key.startsWith('a')).sort());
      expect(await listed('a/c/')).toEqual(['a/c/d']);
      expect(await listed('nothing/here')).toEqual([]);
      expect((await store.list('a/b.')).map((blob) => blob.sizeBytes)).toEqual([5]);
    });

    it('lists any set of keys as their sorted subset with the prefix', async () => {
      const part = fc.stringMatching(/^[ab.-]{1,2}$/).filter((name) => name !== '.' && name !== '..');
      const key = fc.array(part, { minLength: 1, maxLength: 3 }).map((parts) => `${parts.join('/')}/x`);
      let round = 0;
      await fc.assert(
        fc.asyncProperty(
          fc.uniqueArray(key, { maxLength: 8 }),
          fc.stringMatching(/^[ab.-]{0,2}$/),
          async (keys, begin) => {
            fc.pre(begin !== '.' && begin !== '..');
            round += 1;
            const base = `r${round}/`;
            for (const name of keys) await store.put(base + name, bytes('1'));
            const expected = keys.filter((name) => name.startsWith(begin)).sort();
            expect((await store.list(base + begin)).map((blob) => blob.key)).toEqual(
              expected.map((name) => base + name),
            );
          },
        ),
        { numRuns: 25 },
      );
    });

    it('deletes blobs; those that do not exist are fine', async () => {
      for (const key of ['d/1/a', 'd/1/b', 'd/2/a']) await store.put(key, bytes('x'));
      await store.delete(['d/1/a', 'd/1/b', 'd/nothing', 'nowhere/at/all']);
      expect((await store.list('')).map((blob) => blob.key)).toEqual(['d/2/a']);
      await store.delete([]);
      await store.put('d/1/a', bytes('again'));
      expect(text(await store.get('d/1/a'))).toBe('again');
    });

    it('puts many blobs at once while others are deleted', async () => {
      const keys = Array.from(
        { length: 60 },
        (_, index) => `many/${index % 5}/chunk-${String(index).padStart(3, '0')}`,
      );
      await Promise.all(
        keys.map(async (key) => {
          await store.put(`${key}.old`, bytes('old'));
          await Promise.all([store.delete([`${key}.old`]), store.put(key, bytes(key))]);
        }),
      );
      expect((await store.list('many/')).map((blob) => blob.key)).toEqual([...keys].sort());
    });

    it('shows a reader one whole version while it is replaced', async () => {
      const versions = ['a', 'b'].map((letter) => letter.repeat(50_000));
      await store.put('v', bytes(versions[0] ?? ''));
      let writing = true;
      const writer = (async () => {
        for (let turn = 0; turn < 20; turn += 1) await store.put('v', bytes(versions[turn % 2] ?? ''));
        writing = false;
      })();
      while (writing) expect(versions).toContain(await collect(await store.open('v')));
      await writer;
    });

    it('refuses keys that are none', async () => {
      const wrong = [
        '',
        '/',
        '/a',
        'a/',
        'a//b',
        '.',
        '..',
        'a/../b',
        'a/./b',
        '../up',
        'a b',
        'a\\b',
        'ä',
        'a\0b',
        '~tmp/x',
        'x'.repeat(1000),
      ];
      for (const key of wrong) {
        const refusal = { code: 'invalid_request' };
        await expect(store.put(key, bytes('x')), key).rejects.toMatchObject(refusal);
        await expect(store.get(key), key).rejects.toMatchObject(refusal);
        await expect(store.open(key), key).rejects.toMatchObject(refusal);
        await expect(store.delete([key]), key).rejects.toMatchObject(refusal);
      }
      expect(await store.list('')).toEqual([]);
    });
  });
}
