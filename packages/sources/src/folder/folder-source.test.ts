import { chmodSync, mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { MillraceError } from '@millrace/core';
import type { PublishOutcome, PublishRequest } from '@millrace/engine';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createReceiver, filesIn, workflow } from '../../test/receiver.ts';
import type { WorkspaceSource } from '../sync/workspace-source.ts';
import { createFolderSource, type FolderSourceOptions } from './folder-source.ts';

let folder: string;
let engine: ReturnType<typeof createReceiver>;
let source: WorkspaceSource | null = null;
const errors: unknown[] = [];

function write(path: string, content: string): void {
  const absolute = join(folder, path);
  mkdirSync(dirname(absolute), { recursive: true });
  writeFileSync(absolute, content);
}

function open(options: Partial<FolderSourceOptions> = {}): WorkspaceSource {
  source = createFolderSource({
    workspace: 'main',
    path: folder,
    engine,
    debounceMs: 20,
    onError: (error) => errors.push(error),
    ...options,
  });
  return source;
}

const names = (archive: Buffer | undefined): string[] => Object.keys(filesIn(archive));

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-source-'));
  engine = createReceiver();
  errors.length = 0;
});
afterEach(async () => {
  await source?.stop();
  source = null;
  rmSync(folder, { recursive: true, force: true });
});

describe('a folder as a workspace', () => {
  it('publishes all YAML files under .workflows, sorted, at any depth', async () => {
    write('.workflows/b.yaml', workflow('b'));
    write('.workflows/a.yml', workflow('a'));
    write('.workflows/deep/er/c.yaml', workflow('c'));
    write('.workflows/.hidden.yaml', 'not: [yaml');
    write('.workflows/notes.txt', 'not yaml');
    const load = await open().sync();
    expect(load).toMatchObject({ workflows: ['a', 'b', 'c'], diagnostics: [], live: load.revision, changed: true });
    expect(load.revision).toMatch(/^[0-9a-f]{40}$/);
    expect(engine.published[0]?.source).toEqual({ type: 'folder', path: folder });
  });

  it('has the same revision for the same content, and another one for any other', async () => {
    write('.workflows/a.yaml', workflow('a'));
    write('run.sh', 'echo 1');
    const first = await open().sync();
    const revisions = new Set([first.revision]);
    const changes = [
      () => write('run.sh', 'echo 2'),
      () => chmodSync(join(folder, 'run.sh'), 0o755),
      () => renameSync(join(folder, 'run.sh'), join(folder, 'walk.sh')),
      () => write('.workflows/a.yaml', workflow('a', 'other')),
    ];
    for (const change of changes) {
      change();
      revisions.add((await open().sync()).revision);
    }
    expect(revisions.size).toBe(5);
    write('.workflows/a.yaml', workflow('a'));
    renameSync(join(folder, 'walk.sh'), join(folder, 'run.sh'));
    write('run.sh', 'echo 1');
    chmodSync(join(folder, 'run.sh'), 0o644);
    expect((await open().sync()).revision).toBe(first.revision);
  });

  it('packs the other files, but nothing that is ignored, and nothing when there are none', async () => {
    write('.workflows/a.yaml', workflow('a'));
    await open().sync();
    expect(engine.published[0]?.files).toBeNull();
    write('scripts/run.sh', 'echo 1');
    write('.workflows/helper.py', 'print(1)');
    write('node_modules/x/index.js', '');
    write('sub/.git/config', '');
    write('.millrace/state', '');
    write('old-data/postgres.password', 'secret');
    write('old-data/blobs/logs', '');
    write('secret.env', '');
    write('.millraceignore', '*.env\n/.millraceignore\n');
    const load = await open().sync();
    expect(engine.published[1]?.files?.key).toBe(`workspaces/main/${load.revision}.tgz`);
    expect(names(engine.published[1]?.files?.data)).toEqual(['.workflows/helper.py', 'scripts/run.sh']);
  });

  it('hands on the texts of its definitions and the packs that it found', async () => {
    write('.workflows/a.yaml', workflow('a'));
    await open().sync();
    expect(engine.published[0]?.sources).toContainEqual({ path: '.workflows/a.yaml', text: workflow('a') });
    expect(engine.published[0]?.packs).toMatchObject([
      { name: 'core', source: 'built in', pinned: true, used: false, actions: expect.arrayContaining(['echo']) },
    ]);
  });

  it('says where workflows belong when there is no .workflows folder', async () => {
    write('a.yaml', workflow('a'));
    expect(await open().sync()).toMatchObject({
      live: null,
      workflows: [],
      diagnostics: [{ severity: 'error', code: 'no_workflows_folder', hint: expect.stringContaining('millrace init') }],
    });
    expect(engine.published[0]).toMatchObject({ definitions: null, files: null });
  });

  it('warns when .workflows is empty', async () => {
    mkdirSync(join(folder, '.workflows'));
    expect((await open().sync()).diagnostics).toMatchObject([{ severity: 'warning', code: 'no_definitions' }]);
  });

  it('tells that the folder itself is missing', async () => {
    const load = await open({ path: join(folder, 'nowhere') }).sync();
    expect(load.diagnostics).toMatchObject([{ severity: 'error', code: 'not_found' }]);
  });

  it('follows links to files inside, and no others', async () => {
    write('.workflows/..data/a.yaml', workflow('a'));
    symlinkSync(join('..data', 'a.yaml'), join(folder, '.workflows', 'a.yaml'));
    symlinkSync('/etc/hostname', join(folder, 'out'));
    symlinkSync('.', join(folder, 'loop'));
    symlinkSync('nothing', join(folder, 'broken'));
    const load = await open().sync();
    expect(load.workflows).toEqual(['a']);
    expect(load.diagnostics).toMatchObject([
      { severity: 'warning', code: 'link_left_out', file: 'broken', message: expect.stringContaining('and 2 more') },
    ]);
  });

  it.each([
    [{ definitionFiles: 1 }, 'too_many_files'],
    [{ definitionBytes: 50 }, 'file_too_large'],
    [{ files: 1 }, 'workspace_too_large'],
    [{ totalBytes: 5 }, 'workspace_too_large'],
    [{ fileBytes: 5 }, 'file_too_large'],
  ])('refuses more than %j with the limit and the remedy', async (limits, code) => {
    write('.workflows/a.yaml', workflow('a'));
    write('.workflows/b.yaml', workflow('b'));
    write('data/one', '123456');
    write('data/two', '1');
    const load = await open({ limits }).sync();
    expect(load.live).toBeNull();
    expect(load.diagnostics).toContainEqual(
      expect.objectContaining({ severity: 'error', code, hint: expect.any(String) }),
    );
  });

  it('leaves out the folders that it is told to', async () => {
    write('.workflows/a.yaml', workflow('a'));
    write('data/blobs/x', 'our own');
    write('data.txt', 'theirs');
    await open({ exclude: [join(folder, 'data')] }).sync();
    expect(names(engine.published[0]?.files?.data)).toEqual(['data.txt']);
  });

  it('names a file that never rests', async () => {
    write('.workflows/a.yaml', workflow('a'));
    write('growing.log', '0');
    let size = 0;
    const publishWorkspace = (request: PublishRequest): Promise<PublishOutcome> => {
      size += 1;
      write('growing.log', 'x'.repeat(size + 1));
      return engine.publishWorkspace(request);
    };
    const load = await open({ engine: { publishWorkspace } }).sync();
    expect(load.diagnostics).toMatchObject([{ severity: 'error', code: 'file_keeps_changing', file: 'growing.log' }]);
    expect(load.live).toBeNull();
  });

  it('refuses a name that is none', () => {
    expect(() => open({ workspace: '../up' })).toThrow(MillraceError);
  });
});

describe('watching a folder', () => {
  it('publishes a change, and keeps the last good revision when the change is broken', async () => {
    write('.workflows/a.yaml', workflow('a'));
    const first = await open().start();
    write('.workflows/a.yaml', 'workflows: { a: { steps: { say: { type: shel } } } }');
    await engine.reached(2);
    expect(engine.published[1]).toMatchObject({ definitions: null });
    expect(engine.published[1]?.diagnostics[0]).toMatchObject({ severity: 'error', file: '.workflows/a.yaml' });
    const broken = await source?.sync();
    expect(broken).toMatchObject({ live: first.revision, changed: false });
    write('.workflows/a.yaml', workflow('a', 'again'));
    await engine.reached(3);
    expect(engine.published[2]?.definitions?.workflows).toHaveProperty('a');
  });

  it('sees files that come, go, and are saved by renaming', async () => {
    write('.workflows/a.yaml', workflow('a'));
    await open().start();
    write('.workflows/new/b.yaml', workflow('b'));
    await engine.reached(2);
    write('.workflows/a.yaml.tmp', workflow('a', 'renamed'));
    renameSync(join(folder, '.workflows/a.yaml.tmp'), join(folder, '.workflows/a.yaml'));
    await engine.reached(3);
    rmSync(join(folder, '.workflows/new'), { recursive: true });
    await engine.reached(4);
    expect(engine.published.map((request) => Object.keys(request.definitions?.workflows ?? {}))).toEqual([
      ['a'],
      ['a', 'b'],
      ['a', 'b'],
      ['a'],
    ]);
  });

  it('sees a .workflows folder that appears later, and scripts after that', async () => {
    await open().start();
    write('.workflows/a.yaml', workflow('a'));
    await engine.reached(2);
    expect(engine.published[1]?.definitions?.workflows).toHaveProperty('a');
    // The watch of the whole folder begins with that load; a load asked for waits for it.
    await source?.sync();
    write('run.sh', 'echo 1');
    await source?.sync();
    expect(names(engine.published.at(-1)?.files?.data)).toEqual(['run.sh']);
  });

  it('publishes nothing when nothing changed', async () => {
    write('.workflows/a.yaml', workflow('a'));
    await open().start();
    write('.workflows/a.yaml', workflow('a'));
    expect(await source?.sync()).toMatchObject({ changed: false });
    expect(engine.published).toHaveLength(1);
  });

  it('tries again when the engine could not take a change', async () => {
    write('.workflows/a.yaml', workflow('a'));
    await open().start();
    engine.failNext(new MillraceError('store_unavailable', 'The database is away.'));
    write('.workflows/a.yaml', workflow('a', 'later'));
    await engine.reached(2);
    expect(errors).toMatchObject([{ code: 'store_unavailable' }]);
  });

  it('gives the error of the first load to its caller', async () => {
    write('.workflows/a.yaml', workflow('a'));
    engine.failNext(new MillraceError('store_unavailable', 'The database is away.'));
    await expect(open().start()).rejects.toMatchObject({ code: 'store_unavailable' });
  });
});

describe('a large workspace', () => {
  it('of 1,000 workflows is loaded again after a change in under five seconds', async () => {
    for (let index = 0; index < 1_000; index += 1) write(`.workflows/w${index}.yaml`, workflow(`w${index}`));
    await open().sync();
    write('.workflows/w500.yaml', workflow('w500', 'changed'));
    const begin = performance.now();
    const load = await source?.sync();
    expect(load?.workflows).toHaveLength(1_000);
    expect(performance.now() - begin).toBeLessThan(5_000);
  });
});
