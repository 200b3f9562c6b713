import {
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { bundleFolderOf, findBundle, root } from '../bin/find-bundle.mjs';
import { run } from '../test/command-line.ts';
import { bundleWhenStale } from './bundle-when-stale.ts';

let checkout: string;
beforeEach(() => {
  checkout = mkdtempSync(join(tmpdir(), 'millrace-bundle-'));
  write('apps/millrace/package.json', '{ "name": "millrace", "type": "module" }');
  write(
    'apps/millrace/src/main.ts',
    `import { one } from "../../../packages/core/src/index.ts";
export const here: string = import.meta.url;
export const main = async () => [one, (await import('./later.ts')).two];`,
  );
  write('apps/millrace/src/later.ts', 'export const two: number = 2; export const here = import.meta.url;');
  write('packages/core/src/index.ts', "export * from './one.ts'; export * from './unused.ts';");
  write('packages/core/src/one.ts', 'export const one: number = 1;');
  write('packages/core/src/unused.ts', "export const unused = new Error('never made');");
  write('node_modules/.package-lock.json', '{}');
});
afterEach(() => rmSync(checkout, { recursive: true }));

function write(name: string, text: string): void {
  const path = join(checkout, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

/** Files that were written a moment ago are not bundled, since they may still be written to. */
async function bundled(): Promise<string> {
  await expect
    .poll(() => bundleWhenStale(checkout).then(() => findBundle(checkout)), { timeout: 20_000 })
    .not.toBeNull();
  return findBundle(checkout) ?? '';
}

const chunks = (): string[] => readdirSync(bundleFolderOf(checkout)).filter((name) => name.endsWith('.js'));

describe('the bundle of the command', () => {
  it('does what the sources do, and knows where they are', async () => {
    expect(findBundle(checkout)).toBeNull();
    const { main, here } = await import(await bundled());
    expect(await main()).toEqual([1, 2]);
    expect(here).toBe(pathToFileURL(join(checkout, 'apps/millrace/src/main.ts')).href);
    const text = chunks().map((name) => readFileSync(join(bundleFolderOf(checkout), name), 'utf8'));
    expect(text.join('\n')).not.toContain('never made');
  });

  it.each([
    ['a module', 'packages/core/src/one.ts', 'export const one: number = 3;'],
    ['a module that only passes on', 'packages/core/src/index.ts', "export * from './one.ts';"],
    ['a manifest', 'apps/millrace/package.json', '{}'],
  ])('is not taken when %s has changed, whatever its size and its time say', async (_, name, text) => {
    await bundled();
    const path = join(checkout, name);
    const { size, atime, mtime } = statSync(path);
    writeFileSync(path, text.slice(0, size).padEnd(size));
    utimesSync(path, atime, mtime);
    expect(findBundle(checkout)).toBeNull();
    await bundled();
    rmSync(path);
    expect(findBundle(checkout)).toBeNull();
  });

  it('is not taken when npm has installed something since, and is when packages were merely linked elsewhere', async () => {
    await bundled();
    linkSync(join(checkout, 'node_modules/.package-lock.json'), join(checkout, 'link'));
    expect(findBundle(checkout)).not.toBeNull();
    write('node_modules/.package-lock.json', '{}');
    expect(findBundle(checkout)).toBeNull();
  });

  it('leaves what a process may still load to it, and makes nothing twice', async () => {
    const first = await bundled();
    const { main } = await import(first);
    write('apps/millrace/src/later.ts', 'export const two: number = 22;');
    const second = await bundled();
    expect(await main()).toEqual([1, 2]);
    expect(await (await import(second)).main()).toEqual([1, 22]);
    const made = chunks();
    expect(made).toContain(basename(fileURLToPath(first)));
    await bundleWhenStale(checkout);
    expect(chunks()).toEqual(made);
    // Nobody has needed them for a week.
    const old = new Date(Date.now() - 8 * 24 * 60 * 60 * 1000);
    for (const name of made) utimesSync(join(bundleFolderOf(checkout), name), old, old);
    write('apps/millrace/src/later.ts', 'export const two: number = 222;');
    const third = await bundled();
    expect(await (await import(third)).main()).toEqual([1, 222]);
    expect(chunks()).not.toContain(basename(fileURLToPath(second)));
  });

  it('is not taken while it cannot be read, and is no half of two', async () => {
    await bundled();
    for (const other of ['{ "entry": ', '{}', '{ "entry": 1, "inputs": [] }', '{ "entry": "x", "inputs": [1] }']) {
      write('.cache/millrace/manifest.json', other);
      expect(findBundle(checkout)).toBeNull();
    }
    expect(readdirSync(bundleFolderOf(checkout)).filter((name) => name.startsWith('new-'))).toEqual([]);
  });

  it('says what stands in its way', async () => {
    write('apps/millrace/src/main.ts', "import './not-there.ts';");
    await expect(bundleWhenStale(checkout)).rejects.toThrow('not-there.ts');
    expect(findBundle(checkout)).toBeNull();
  });
});

describe('the command', () => {
  it('answers from its sources as from its bundle', async () => {
    expect(findBundle(root)).not.toBeNull();
    const fromSources = { env: { MILLRACE_FROM_SOURCES: '1' } };
    for (const args of [
      ['--help'],
      ['validate', 'nowhere'],
      ['run', 'list', '--url', 'http://127.0.0.1:1', '--json'],
    ]) {
      expect(await run(args)).toEqual(await run(args, fromSources));
    }
  });
});
