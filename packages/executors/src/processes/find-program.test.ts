import { chmodSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { scratchFolder } from '../../test/step-harness.ts';
import { findProgram, lookUpProgram } from './find-program.ts';

const scratch = scratchFolder();
const folders = ['a', 'b', 'c'].map((name) => join(scratch, name));
for (const folder of folders) mkdirSync(folder);
const [first, second, third] = folders as [string, string, string];
const path = folders.join(':');

const install = (folder: string, name: string, mode = 0o755): string => {
  const file = join(folder, name);
  writeFileSync(file, '', { mode });
  return file;
};

describe('a program', () => {
  it('is the first on PATH at that moment, whatever was found before', () => {
    const late = install(third, 'tool');
    expect(lookUpProgram(['tool'], scratch, path)).toBe(late);
    const early = install(first, 'tool');
    expect(lookUpProgram(['tool'], scratch, path)).toBe(early);
    rmSync(early);
    expect(lookUpProgram(['tool'], scratch, path)).toBe(late);
    rmSync(late);
    expect(lookUpProgram(['tool'], scratch, path)).toBe(null);
  });

  it('is a file that may be executed', () => {
    mkdirSync(join(first, 'thing'));
    const plain = install(second, 'thing', 0o644);
    const found = install(third, 'thing');
    expect(lookUpProgram(['thing'], scratch, path)).toBe(found);
    chmodSync(plain, 0o755);
    expect(lookUpProgram(['thing'], scratch, path)).toBe(plain);
  });

  it('is looked for where the step is, when PATH or its name says so', () => {
    const [here, there] = [install(first, 'mine'), install(second, 'mine')];
    for (const relative of ['', '.', './', '../a']) {
      expect([relative, lookUpProgram(['mine'], first, relative)]).toEqual([relative, here]);
    }
    expect(lookUpProgram(['mine'], second, ':/nowhere')).toBe(there);
    expect(lookUpProgram(['./mine', 'a/mine'], scratch, path)).toBe(here);
  });

  it('of several names is the first that there is', () => {
    const found = install(third, 'tool-2');
    expect(lookUpProgram(['tool-3', 'tool-2'], scratch, path)).toBe(found);
  });

  it('that is nowhere fails the step, and says where it was looked for', () => {
    expect(() => findProgram('nothing', scratch, path)).toThrow(`is not on the worker's PATH (${path})`);
    expect(() => findProgram('nothing', scratch, undefined)).toThrow('which is empty');
    expect(() => findProgram('./nothing', scratch, path)).toThrow('does not exist or is not executable');
  });
});
