import { spawn } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { create } from 'tar';
import { afterAll, describe, expect, it } from 'vitest';
import { assignmentOf } from '../../test/fake-server.ts';
import { createAttemptFolders } from './attempt-folders.ts';
import { unpackArchive } from './unpack-archive.ts';
import { createWorkerFolder } from './worker-folder.ts';
import { createWorkspaceFiles } from './workspace-files.ts';

const scratch = mkdtempSync(join(tmpdir(), 'millrace-files-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));
let count = 0;
const newFolder = (): string => {
  const folder = join(scratch, String(++count));
  mkdirSync(folder);
  return folder;
};

/** A gzipped tar of the given files. */
async function archiveOf(
  files: Readonly<Record<string, string>>,
  prepare: (folder: string) => void = () => {},
): Promise<Buffer> {
  const folder = newFolder();
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(join(folder, name, '..'), { recursive: true });
    writeFileSync(join(folder, name), text, { mode: 0o755 });
  }
  prepare(folder);
  const chunks: Buffer[] = [];
  for await (const chunk of create({ gzip: true, cwd: folder }, readdirSync(folder))) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

async function* inPieces(bytes: Buffer): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += 100) yield bytes.subarray(at, at + 100);
}

/** A tar with one plain file under any name, which `create` would not write. */
function tarWith(name: string): Buffer {
  const header = Buffer.alloc(512);
  header.write(name, 0);
  header.write('0000644\0', 100);
  header.write('0000000\0', 108);
  header.write('0000000\0', 116);
  header.write('00000000001\0', 124);
  header.write('00000000000\0', 136);
  header.write('        0', 148);
  header.write('ustar\x0000', 257);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return gzipSync(Buffer.concat([header, Buffer.from('x'), Buffer.alloc(511 + 1024)]));
}

describe('the files of a workspace', () => {
  it('are fetched once for each revision, and a step changes only its own copy', async () => {
    const archive = await archiveOf({ 'a/run.sh': 'one' });
    let opened = 0;
    const root = newFolder();
    const files = createWorkspaceFiles(root, async () => {
      opened++;
      return inPieces(archive);
    });
    const folders = await createAttemptFolders(root, files);
    const made = await Promise.all(
      [1, 2, 3].map((run) => folders.create(assignmentOf(run, { type: 'shell', cmd: '' }))),
    );
    expect(opened).toBe(1);
    writeFileSync(join(made[0]?.workDir ?? '', 'a/run.sh'), 'changed');
    expect(readFileSync(join(made[1]?.workDir ?? '', 'a/run.sh'), 'utf8')).toBe('one');
    await folders.create(assignmentOf(4, { type: 'shell', cmd: '' }, { revision: 'r2' }));
    expect(opened).toBe(2);
  });

  it('that failed to arrive are fetched again', async () => {
    const archive = await archiveOf({ a: '1' });
    let opened = 0;
    const root = newFolder();
    const files = createWorkspaceFiles(root, async () => inPieces(++opened === 1 ? archive.subarray(0, 60) : archive));
    await expect(files.take('main', 'r1')).rejects.toThrow();
    expect((await files.take('main', 'r1')).path).not.toBe(null);
    expect(readdirSync(join(root, 'files'))).toHaveLength(1);
  });

  it('are evicted when many revisions are unused, but not while they are read', async () => {
    const archive = await archiveOf({ a: '1' });
    const files = createWorkspaceFiles(newFolder(), async () => inPieces(archive));
    const held = await files.take('main', 'held');
    const paths: (string | null)[] = [];
    for (let revision = 0; revision < 8; revision++) {
      const taken = await files.take('main', String(revision));
      paths.push(taken.path);
      taken.release();
    }
    await expect.poll(() => paths.filter((path) => existsSync(path ?? '')).length).toBe(4);
    expect(existsSync(held.path ?? '')).toBe(true);
  });
});

describe('an archive', () => {
  it.each(['../evil', '/tmp/evil', 'a/../../evil'])('is refused when a path leads outside: %s', async (name) => {
    await expect(unpackArchive(inPieces(tarWith(name)), newFolder())).rejects.toThrow('leads outside');
  });

  it('is refused when it holds a link', async () => {
    const archive = await archiveOf({ a: '1' }, (folder) => symlinkSync('/etc/passwd', join(folder, 'link')));
    await expect(unpackArchive(inPieces(archive), newFolder())).rejects.toThrow('link is a SymbolicLink');
  });

  it('is refused beyond its limits', async () => {
    const archive = await archiveOf({ a: '1', b: 'x'.repeat(10_000) });
    const limits = { packedBytes: 1e6, bytes: 1e6, entries: 10 };
    await unpackArchive(inPieces(archive), newFolder(), limits);
    await expect(unpackArchive(inPieces(archive), newFolder(), { ...limits, entries: 1 })).rejects.toThrow('1 entries');
    await expect(unpackArchive(inPieces(archive), newFolder(), { ...limits, bytes: 9_000 })).rejects.toThrow(
      '9000 bytes',
    );
    await expect(unpackArchive(inPieces(archive), newFolder(), { ...limits, packedBytes: 50 })).rejects.toThrow(
      '50 bytes',
    );
  });
});

describe('the folder of a worker', () => {
  it('takes the place of those of dead workers, whose processes end', async () => {
    const root = newFolder();
    const dead = join(root, 'worker-999999999-123-1');
    mkdirSync(join(dead, 'attempts'), { recursive: true });
    const orphan = spawn('sleep', ['1000'], {
      env: { ...process.env, MILLRACE_OUTPUT: `${dead}/attempts/1/temp/output.json` },
    });
    const ended = new Promise((resolve) => orphan.once('exit', (_code, signal) => resolve(signal)));
    await new Promise((resolve) => orphan.once('spawn', resolve));
    const living = await createWorkerFolder(root);
    const other = await createWorkerFolder(root);
    expect(await ended).toBe('SIGKILL');
    expect([existsSync(dead), existsSync(living), existsSync(other)]).toEqual([false, true, true]);
  });
});
