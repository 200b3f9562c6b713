import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { extract } from 'tar';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type PackedFile, packFiles } from './pack-files.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-pack-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function file(path: string, content: string, executable = false): PackedFile {
  const absolute = join(folder, 'from', path);
  mkdirSync(dirname(absolute), { recursive: true });
  writeFileSync(absolute, content);
  chmodSync(absolute, executable ? 0o755 : 0o644);
  const hash = createHash('sha256').update(content).digest('hex');
  return { path, absolute, sizeBytes: Buffer.byteLength(content), executable, hash };
}

async function pack(files: readonly PackedFile[]): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const part of packFiles(files)) parts.push(part);
  return Buffer.concat(parts);
}

describe('packing files', () => {
  it('gives an archive that holds names, contents and what is executable', async () => {
    const long = `${'deep/'.repeat(30)}${'n'.repeat(120)}.txt`;
    const files = [
      file('empty', ''),
      file('run.sh', '#!/bin/sh\n', true),
      file('block', 'x'.repeat(512)),
      file(long, 'long'),
      file('grüße/日本.txt', 'ü'),
      file('big', 'abc'.repeat(300_000)),
    ];
    const target = join(folder, 'to');
    mkdirSync(target);
    await pipeline(Readable.from([await pack(files)]), extract({ cwd: target, strict: true, chmod: true }));
    for (const { path, absolute, executable } of files) {
      expect(readFileSync(join(target, path), 'utf8')).toBe(readFileSync(absolute, 'utf8'));
      expect((statSync(join(target, path)).mode & 0o111) !== 0, path).toBe(executable);
    }
  });

  it('gives the same bytes for the same names and contents, whatever their times', async () => {
    const first = await pack([file('a', 'one'), file('b', 'two')]);
    const second = await pack([file('a', 'one'), file('b', 'two')]);
    expect(second.equals(first)).toBe(true);
    expect((await pack([file('a', 'one'), file('b', 'twx')])).equals(first)).toBe(false);
  });

  it.each([
    ['other content', 'ONE'],
    ['shorter', 'o'],
    ['longer', 'one and more'],
    ['emptied', ''],
  ])('breaks when a file changed since it was looked at: %s', async (_name, content) => {
    const found = file('a', 'one');
    writeFileSync(found.absolute, content);
    await expect(pack([found])).rejects.toMatchObject({ code: 'conflict' });
  });

  it('breaks when a file vanished', async () => {
    const found = file('a', 'one');
    rmSync(found.absolute);
    await expect(pack([found])).rejects.toMatchObject({ code: 'conflict' });
  });
});
