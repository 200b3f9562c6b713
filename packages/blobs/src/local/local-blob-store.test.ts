import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readdirSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { blobConformance } from '../../testkit/index.ts';
import { createLocalBlobStore } from './local-blob-store.ts';

const folders: string[] = [];
const freshFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-blobs-'));
  folders.push(folder);
  return folder;
};
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

for (const sync of [true, false]) {
  blobConformance(`local folder, ${sync ? 'synced' : 'not synced'}`, async () => ({
    store: createLocalBlobStore({ folder: join(freshFolder(), 'made', 'on demand'), sync }),
    close: async () => undefined,
  }));
}

describe('local blob folder', () => {
  it('holds each blob as a file of its own name and removes folders that became empty', async () => {
    const folder = freshFolder();
    const store = createLocalBlobStore({ folder });
    await store.put('logs/7/a.log', new Uint8Array([1]));
    expect(readdirSync(join(folder, 'logs', '7'))).toEqual(['a.log']);
    await store.delete(['logs/7/a.log']);
    expect(readdirSync(folder)).toEqual(['~tmp']);
    expect(readdirSync(join(folder, '~tmp'))).toEqual([]);
  });

  it('removes the drafts of processes that died long ago, and only those', async () => {
    const folder = freshFolder();
    await createLocalBlobStore({ folder }).put('a', new Uint8Array([1]));
    const old = join(folder, '~tmp', '1-dead-1');
    writeFileSync(old, 'half a blob');
    utimesSync(old, new Date(0), new Date(0));
    writeFileSync(join(folder, '~tmp', '2-alive-1'), 'being written');
    const store = createLocalBlobStore({ folder });
    await store.put('b', new Uint8Array([1]));
    expect(readdirSync(join(folder, '~tmp'))).toEqual(['2-alive-1']);
    expect((await store.list('')).map((blob) => blob.key)).toEqual(['a', 'b']);
  });

  it('goes on when somebody removes the whole folder while it is in use', async () => {
    const folder = join(freshFolder(), 'blobs');
    const store = createLocalBlobStore({ folder });
    await store.put('a/b', new Uint8Array([1]));
    rmSync(folder, { recursive: true });
    await store.put('a/b', new Uint8Array([2]));
    expect(await store.get('a/b')).toEqual(Buffer.from([2]));
  });

  it('says so when a key is the folder of another key', async () => {
    const store = createLocalBlobStore({ folder: freshFolder() });
    await store.put('a', new Uint8Array([1]));
    await expect(store.put('a/b', new Uint8Array([1]))).rejects.toMatchObject({ code: 'invalid_request' });
    await store.put('c/d', new Uint8Array([1]));
    await expect(store.put('c', new Uint8Array([1]))).rejects.toMatchObject({ code: 'invalid_request' });
  });

  it('names the folder and the remedy when the folder cannot be used', async () => {
    const folder = join(freshFolder(), 'loop');
    symlinkSync(folder, folder);
    const failure = createLocalBlobStore({ folder }).put('a', new Uint8Array([1]));
    await expect(failure).rejects.toMatchObject({
      code: 'blob_store_unavailable',
      hint: expect.stringContaining('disk'),
    });
    await expect(failure).rejects.toThrow(folder);
  });

  it('names the missing right when the folder belongs to somebody else', async () => {
    const folder = freshFolder();
    chmodSync(folder, 0o500);
    // Root may write everywhere, so as root this is done as another user.
    const isRoot = process.getuid?.() === 0;
    if (isRoot) process.seteuid?.(65_534);
    try {
      await expect(createLocalBlobStore({ folder }).put('a', new Uint8Array([1]))).rejects.toMatchObject({
        code: 'blob_store_unavailable',
        hint: expect.stringContaining('right to read and write'),
      });
    } finally {
      if (isRoot) process.seteuid?.(0);
      chmodSync(folder, 0o700);
    }
  });
});

// The disk is really full: a tmpfs of 512 KiB in a mount namespace of its own (as root, or through a user namespace).
const inSmallDisk = (script: string): string[] => [
  '-rm',
  'sh',
  '-c',
  `mount -t tmpfs -o size=512k tmpfs "$1" && ${script}`,
];
const canMount =
  process.platform === 'linux' &&
  spawnSync('unshare', [...inSmallDisk('true'), 'sh', freshFolder()], { encoding: 'utf8' }).status === 0;
const canLimit = process.platform !== 'win32';
if (!canMount)
  process.stderr.write('full disk on a small tmpfs: skipped, this machine lets no process mount one (unshare -rm)\n');

const program = (folder: string): string => `
  import { createLocalBlobStore } from ${JSON.stringify(new URL('./local-blob-store.ts', import.meta.url).href)};
  const store = createLocalBlobStore({ folder: ${JSON.stringify(join(folder, 'blobs'))} });
  await store.put('kept', new Uint8Array(100_000).fill(65));
  const failure = await store.put('big', new Uint8Array(3_000_000)).then(() => null, (error) => error);
  await store.put('after', new Uint8Array([1, 2, 3]));
  console.log(JSON.stringify({
    code: failure?.code, message: failure?.message, hint: failure?.hint, cause: failure?.cause?.code,
    keys: (await store.list('')).map((blob) => [blob.key, blob.sizeBytes]),
    drafts: (await import('node:fs')).readdirSync(${JSON.stringify(join(folder, 'blobs', '~tmp'))}),
  }));`;

function outcome(command: string, args: readonly string[], folder: string): Record<string, unknown> {
  const source = join(freshFolder(), 'fill.mjs');
  writeFileSync(source, program(folder));
  const result = spawnSync(command, [...args, 'sh', folder, process.execPath, source], { encoding: 'utf8' });
  expect(result.stderr).toBe('');
  return JSON.parse(result.stdout);
}

describe('a full disk', () => {
  it.skipIf(!canMount)('is a clear error, leaves what was there, no draft, and a store that goes on', () => {
    const folder = freshFolder();
    const found = outcome('unshare', inSmallDisk('exec "$2" "$3"'), folder);
    expect(found).toMatchObject({
      code: 'blob_store_full',
      cause: 'ENOSPC',
      hint: expect.stringContaining('Free space'),
      keys: [
        ['after', 3],
        ['kept', 100_000],
      ],
      drafts: [],
    });
    expect(found.message).toContain(join(folder, 'blobs'));
  });

  it.skipIf(!canLimit)('is told from a limit on the size of files, which has its own remedy', () => {
    const folder = freshFolder();
    // Blocks of 512 or 1024 bytes, depending on the shell: between 100,000 and 3,000,000 bytes either way.
    const found = outcome('sh', ['-c', 'ulimit -f 2000; exec "$2" "$3"'], folder);
    expect(found).toMatchObject({
      code: 'blob_store_full',
      cause: 'EFBIG',
      hint: expect.stringContaining('ulimit -f'),
      keys: [
        ['after', 3],
        ['kept', 100_000],
      ],
      drafts: [],
    });
  });
});
