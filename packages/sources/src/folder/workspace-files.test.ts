import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { workflow } from '../../test/receiver.ts';
import { createContentCache } from '../files/content-cache.ts';
import { noPackSources } from '../packs/pack-sources.ts';
import { createWorkspaceFiles, maxEditedBytes, type WorkspaceFiles } from './workspace-files.ts';

const file = '.workflows/a.yaml';
let folder: string;
let outside: string;
let files: WorkspaceFiles;

const open = (path = folder) => createWorkspaceFiles({ path, cache: createContentCache(), packs: noPackSources });
function write(path: string, content: string | Buffer): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), content);
}
const bytes = (path = file) => readFileSync(join(folder, path));
const refused = (code: string, message: RegExp) => ({ code, message: expect.stringMatching(message) });

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-files-'));
  outside = mkdtempSync(join(tmpdir(), 'millrace-outside-'));
  write(file, workflow('a'));
  files = open();
});
afterEach(() => {
  for (const path of [folder, outside]) rmSync(path, { recursive: true, force: true });
});

describe('a text', () => {
  it.each([
    ['CRLF', 'a: 1\r\nb: 2\r\n'],
    ['no line end at the end', 'a: 1\nb: 2'],
    ['a mark of byte order', '\ufeffa: 1\n'],
    ['tabs and all kinds of line ends', 'a: 1\t# x\r\nb: 2\rc: 3\n\n'],
    ['nothing', ''],
  ])('with %s comes back byte by byte', async (_, text) => {
    write(file, text);
    const read = await files.read(file);
    expect(read.text).toBe(text);
    const saved = await files.write(file, text, read.digest);
    expect(bytes()).toEqual(Buffer.from(text));
    expect(saved).toEqual(read);
  });

  it('of any characters is written as it is', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary' }), async (text) => {
        await files.write(file, text, (await files.read(file)).digest);
        expect((await files.read(file)).text).toBe(text);
      }),
      { numRuns: 50 },
    );
  });

  it('that is not UTF-8 is refused, as is one that no file can hold', async () => {
    write(file, Buffer.from([0x61, 0x3a, 0x20, 0xe9, 0x0a]));
    await expect(files.read(file)).rejects.toMatchObject(refused('invalid_request', /a\.yaml is not UTF-8/));
    await expect(files.write('.workflows/b.yaml', 'a: \ud800', null)).rejects.toMatchObject(
      refused('invalid_request', /half a character/),
    );
  });

  it('that is too large is refused, read or written', async () => {
    write(file, 'x'.repeat(maxEditedBytes + 1));
    await expect(files.read(file)).rejects.toMatchObject(refused('too_large', /512 KiB/));
    await expect(files.write('.workflows/b.yaml', 'é'.repeat(maxEditedBytes / 2 + 1), null)).rejects.toMatchObject({
      code: 'too_large',
    });
  });
});

describe('a path', () => {
  it.each([
    ['../secret.yaml', 'not written plainly'],
    ['.workflows/../../secret.yaml', 'not written plainly'],
    ['/etc/passwd.yaml', 'not written plainly'],
    ['.workflows//a.yaml', 'not written plainly'],
    ['.workflows/./a.yaml', 'not written plainly'],
    ['.workflows\\..\\secret.yaml', 'a character that no path may hold'],
    ['.workflows/a\0.yaml', 'a character that no path may hold'],
    ['millrace.yaml', 'not below .workflows'],
    ['scripts/a.yaml', 'not below .workflows'],
    ['.workflows/run.sh', 'does not end in .yaml or .yml'],
    ['.workflows/.yaml', 'a part of it is hidden'],
    ['.workflows/.git/a.yaml', 'a part of it is hidden'],
    ['.workflows/a.test.yaml', 'holds tests of workflows'],
    [`.workflows/${'x'.repeat(500)}.yaml`, 'longer than 500'],
  ])('%j is refused', async (path, reason) => {
    const problem = refused('invalid_request', new RegExp(reason));
    await expect(files.read(path)).rejects.toMatchObject(problem);
    await expect(files.write(path, 'x: 1', null)).rejects.toMatchObject(problem);
    await expect(files.rename(file, path, '')).rejects.toMatchObject(problem);
    await expect(files.remove(path, '')).rejects.toMatchObject(problem);
    await expect(files.check(path, 'x: 1')).rejects.toMatchObject(problem);
  });

  it('over a link is refused, whether the link is the file or a folder, and is not listed', async () => {
    writeFileSync(join(outside, 'secret.yaml'), 'a: secret\n');
    symlinkSync(join(outside, 'secret.yaml'), join(folder, '.workflows/link.yaml'));
    symlinkSync(outside, join(folder, '.workflows/deep'));
    symlinkSync(join(folder, file), join(folder, '.workflows/inner.yaml'));
    for (const path of ['.workflows/link.yaml', '.workflows/deep/secret.yaml', '.workflows/inner.yaml']) {
      await expect(files.read(path)).rejects.toMatchObject(refused('invalid_request', /leads over a link/));
      await expect(files.write(path, 'x: 1', null)).rejects.toMatchObject({ code: 'invalid_request' });
    }
    expect(readdirSync(outside)).toEqual(['secret.yaml']);
    expect((await files.list()).map(({ path }) => path)).toEqual([file]);
  });

  it('of a workspace that is one file is that file and no other', async () => {
    const only = open(join(folder, file));
    expect((await only.list()).map(({ path }) => path)).toEqual([file]);
    expect((await only.read(file)).text).toBe(workflow('a'));
    await expect(only.read('.workflows/b.yaml')).rejects.toMatchObject(refused('invalid_request', /another file/));
  });

  it('of a folder, or of nothing, says so', async () => {
    mkdirSync(join(folder, '.workflows/folder.yaml'));
    await expect(files.read('.workflows/folder.yaml')).rejects.toMatchObject(refused('invalid_request', /is no file/));
    await expect(files.read('.workflows/none.yaml')).rejects.toMatchObject(refused('not_found', /no file/));
  });
});

describe('a change', () => {
  it('is refused where the file is not what it was based on', async () => {
    const { digest } = await files.read(file);
    write(file, workflow('other'));
    for (const change of [
      files.write(file, 'x: 1', digest),
      files.rename(file, '.workflows/b.yaml', digest),
      files.remove(file, digest),
    ]) {
      await expect(change).rejects.toMatchObject(refused('conflict', /changed by somebody else/));
    }
    expect(bytes().toString()).toBe(workflow('other'));
  });

  it('of two at once is made by one', async () => {
    const { digest } = await files.read(file);
    const made = await Promise.allSettled([files.write(file, 'a: 1\n', digest), files.write(file, 'a: 2\n', digest)]);
    expect(made.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
    expect(bytes().toString()).toBe('a: 1\n');
  });

  it('keeps the permissions, and leaves nothing else behind', async () => {
    chmodSync(join(folder, file), 0o640);
    await files.write(file, 'a: 1\n', (await files.read(file)).digest);
    expect(statSync(join(folder, file)).mode & 0o777).toBe(0o640);
    await expect(files.write(file, 'a: 2\n', 'ab')).rejects.toMatchObject({ code: 'conflict' });
    expect(readdirSync(join(folder, '.workflows'))).toEqual(['a.yaml']);
  });

  it('makes a new file, with its folders, and never in the place of another', async () => {
    const made = await files.write('.workflows/deep/er/b.yaml', workflow('b'), null);
    expect(await files.read('.workflows/deep/er/b.yaml')).toEqual(made);
    await expect(files.write(file, 'x: 1', null)).rejects.toMatchObject(
      refused('conflict', /a file .*a\.yaml already/),
    );
    await expect(files.rename(made.path, file, made.digest)).rejects.toMatchObject({ code: 'conflict' });
    expect(bytes().toString()).toBe(workflow('a'));
  });

  it('renames and removes', async () => {
    const { digest } = await files.read(file);
    const renamed = await files.rename(file, '.workflows/b.yaml', digest);
    expect(renamed).toMatchObject({ path: '.workflows/b.yaml', digest });
    await files.remove('.workflows/b.yaml', digest);
    expect(readdirSync(join(folder, '.workflows'))).toEqual([]);
  });
});

describe('a draft', () => {
  it('is checked in its workspace, in the place of its file, and written nowhere', async () => {
    write('.workflows/b.yaml', 'workflows:\n  b: { steps: { call: { action: greet } } }\n');
    const missing = await files.check(file, workflow('a'));
    expect(missing.diagnostics).toMatchObject([{ file: '.workflows/b.yaml', line: 2, severity: 'error' }]);
    expect(missing.definitions).toBeNull();
    const good = await files.check(file, 'actions:\n  greet: { type: shell, cmd: "true" }\n');
    expect(good.diagnostics).toEqual([]);
    expect(Object.keys(good.definitions?.workflows ?? {})).toEqual(['b']);
    expect((await files.check('.workflows/new.yaml', 'workflows: 7')).diagnostics).toMatchObject([
      { file: '.workflows/b.yaml' },
      { file: '.workflows/new.yaml', line: 1 },
    ]);
    expect(bytes().toString()).toBe(workflow('a'));
  });
});
