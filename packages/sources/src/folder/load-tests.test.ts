import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadTests } from './load-tests.ts';
import { loadWorkspace } from './load-workspace.ts';
import { scanWorkspaceFiles } from './scan-files.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'millrace-tests-'));
  write('.workflows/a.yaml', 'workflows: { a: { steps: { s: { type: shell, cmd: x } } } }');
  write('.workflows/a.test.yaml', 'tests: {}');
  write('.workflows/deep/b.test.yml', 'tests: {}');
  write('lone.yaml', 'workflows: { l: { steps: { s: { type: shell, cmd: x } } } }');
  write('lone.test.yaml', 'tests: {}');
  write('orphan.test.yaml', 'tests: {}');
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function write(path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}

describe('files of tests', () => {
  it.each([
    ['', null, ['.workflows/a.test.yaml', '.workflows/deep/b.test.yml']],
    ['.workflows', null, ['.workflows/a.test.yaml', '.workflows/deep/b.test.yml']],
    ['.workflows/deep/b.test.yml', null, ['.workflows/deep/b.test.yml']],
    ['.workflows/a.yaml', null, ['.workflows/a.test.yaml']],
    ['lone.yaml', 'lone.yaml', ['lone.test.yaml']],
    ['lone.test.yaml', 'lone.yaml', ['lone.test.yaml']],
  ])('that %j means', async (path, onlyFile, files) => {
    const found = await loadTests(join(root, path));
    expect(found).toMatchObject({
      location: { root, onlyFile: onlyFile === null ? null : join(root, onlyFile) },
      files: files.map((file) => ({ path: file, text: 'tests: {}' })),
    });
  });

  it.each(['orphan.test.yaml', 'nowhere'])('cannot be found for %s, and it says so', async (path) => {
    expect(await loadTests(join(root, path))).toMatchObject({ severity: 'error', code: 'not_found' });
  });

  it('are neither definitions nor files that steps get', async () => {
    const location = { root, onlyFile: null, hasFiles: true };
    const loaded = await loadWorkspace(location);
    expect(loaded.diagnostics).toEqual([]);
    expect(loaded.sources.map(({ path }) => path)).toEqual(['.workflows/a.yaml']);
    const { files } = await scanWorkspaceFiles(location);
    expect(files.map(({ path }) => path)).toEqual(['lone.test.yaml', 'lone.yaml', 'orphan.test.yaml']);
  });
});
