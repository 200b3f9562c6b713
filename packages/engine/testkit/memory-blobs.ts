import type { BlobStore } from '../src/ports/blob-store.ts';

/** Blobs of a test, gone with it. */
export function createMemoryBlobs(): BlobStore {
  const blobs = new Map<string, Uint8Array>();
  const gather = async (data: Uint8Array | AsyncIterable<Uint8Array>) =>
    data instanceof Uint8Array ? data : Buffer.concat(await Array.fromAsync(data));
  return {
    async put(key, data) {
      blobs.set(key, Buffer.from(await gather(data)));
    },
    get: async (key, range) => blobs.get(key)?.subarray(range?.start, range?.end) ?? null,
    async open(key) {
      const blob = blobs.get(key);
      return blob === undefined
        ? null
        : (async function* () {
            yield blob;
          })();
    },
    list: async (prefix) =>
      [...blobs]
        .filter(([key]) => key.startsWith(prefix))
        .sort()
        .map(([key, data]) => ({ key, sizeBytes: data.length })),
    async delete(keys) {
      for (const key of keys) blobs.delete(key);
    },
    close: async () => {},
  };
}
