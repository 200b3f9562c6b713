import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { writePackLock } from '@millrace/definition';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type GitHost, gitMissing, makeGitHost } from '../../test/git-host.ts';
import { createReceiver, filesIn } from '../../test/receiver.ts';
import { createFolderSource } from '../folder/folder-source.ts';
import { type LoadOptions, loadWorkspace } from '../folder/load-workspace.ts';
import { createGitSource } from '../git/git-source.ts';
import { createRepositoryCache, type RepositoryCache } from '../git/repository-cache.ts';

let folder: string;
let repositories: RepositoryCache;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-packs-'));
  repositories = createRepositoryCache({ folder: join(folder, 'cache'), schemes: ['file'] });
});
afterEach(() => {
  repositories.close();
  rmSync(folder, { recursive: true, force: true });
});

function write(path: string, content: string): void {
  const absolute = join(folder, 'workspace', path);
  mkdirSync(dirname(absolute), { recursive: true });
  writeFileSync(absolute, content);
}

const root = (): string => join(folder, 'workspace');
const load = (options: LoadOptions = {}) =>
  loadWorkspace(
    { root: root(), onlyFile: null, hasFiles: true },
    { packs: { git: { repositories, credentials: [] } }, ...options },
  );
const problems = async (options: LoadOptions = {}) =>
  (await load(options)).diagnostics.map(({ code, file, line, column }) => `${code} ${file}:${line}:${column}`);

const calls = (packs: string, action = 'tools.go') =>
  `packs: ${packs}\nworkflows:\n  w:\n    steps:\n      s: { action: ${action} }\n`;
const pack = (text = 'one', name = 'tools', more = '') => ({
  'pack.yaml': `name: ${name}\nversion: 1.0.0\n${more}`,
  '.workflows/p.yaml': `actions:\n  go: { type: shell, script: run.sh, env: { WHO: "${text}" } }\n`,
  'run.sh': `echo ${text}\n`,
});
function writePack(at: string, files: Readonly<Record<string, string>>): void {
  for (const [path, content] of Object.entries(files)) write(`${at}/${path}`, content);
}

describe('packs of a workspace', () => {
  it('in a folder bring definitions and files, and a change of theirs is another revision', async () => {
    write('.workflows/a.yaml', calls('{ tools: { folder: packs/tools } }'));
    writePack('packs/tools', pack());
    const engine = createReceiver();
    const source = createFolderSource({ workspace: 'main', path: root(), engine });
    const first = await source.sync();
    expect(first.diagnostics).toEqual([]);
    expect(engine.published[0]?.definitions?.actions).toHaveProperty(['tools.go']);
    expect(filesIn(engine.published[0]?.files?.data)).toMatchObject({ '.millrace/packs/tools/run.sh': 'echo one\n' });
    write('packs/tools/run.sh', 'echo two\n');
    const second = await source.sync();
    expect(second.revision).not.toBe(first.revision);
    expect(filesIn(engine.published[1]?.files?.data)).toMatchObject({ '.millrace/packs/tools/run.sh': 'echo two\n' });
    await source.stop();
  });

  it('that are built in need no declaration, and bring files only where they are used', async () => {
    write('.workflows/a.yaml', calls('{}', 'core.noop'));
    const loaded = await load();
    expect(loaded.diagnostics).toEqual([]);
    expect(loaded.packs.files.map(({ path }) => path)).toEqual(['.millrace/packs/core/scripts/git-checkout.sh']);
    write('.workflows/a.yaml', 'actions: {}');
    expect((await load()).packs.files).toEqual([]);
  });

  it('are not read by whoever asks for what is used alone, and are there whenever something of them may be', async () => {
    const names = async () => {
      const sparing = await load({ sparing: true });
      const whole = await load();
      const { foundPacks: _, ...same } = whole;
      expect(sparing).toMatchObject(same);
      return sparing.foundPacks.map(({ manifest }) => manifest.name);
    };
    write('.workflows/a.yaml', 'actions: { go: { type: shell, cmd: "true" } }');
    expect(await names()).toEqual([]);
    write('.workflows/a.yaml', calls('{}', 'core.noop'));
    expect(await names()).toEqual(['core']);
    write('.workflows/a.yaml', calls('{}', '"c\\x6fre.noop"'));
    expect(await names()).toEqual(['core']);
    // What is meant by a mistaken name may be the pack's.
    write('.workflows/a.yaml', calls('{}', 'cor.noop'));
    expect(await names()).toEqual(['core']);
    // A pack of the workspace uses it, of which the workspace's own files say nothing.
    write('.workflows/a.yaml', calls('{ tools: { folder: p } }'));
    writePack('p', { ...pack(), '.workflows/p.yaml': 'actions: { go: { action: core.noop } }' });
    expect(await names()).toEqual(expect.arrayContaining(['core', 'tools']));
  });

  it('are configured by the schema of the pack, with problems at their place', async () => {
    writePack('p', pack('one', 'tools', 'config: { region: { type: string, enum: [eu, us], required: true } }\n'));
    write('.workflows/a.yaml', calls('{ tools: { folder: p, config: { region: mars } } }'));
    expect(await problems()).toEqual(['invalid_config .workflows/a.yaml:1:40']);
    write('.workflows/a.yaml', calls('{ tools: { folder: p, config: { regin: eu } } }'));
    expect(await problems()).toContain('invalid_config .workflows/a.yaml:1:40');
    write('.workflows/a.yaml', calls('{ tools: { folder: p, config: { region: eu } } }'));
    expect((await load()).definitions?.actions['tools.go']?.config).toEqual({ region: 'eu' });
  });

  it('may depend on others, but not on themselves', async () => {
    write('.workflows/a.yaml', calls('{ tools: { folder: a } }'));
    writePack('a', {
      'pack.yaml': 'name: tools\nversion: 1.0.0\ndependencies: { base: { folder: base } }\n',
      '.workflows/p.yaml': 'workflows:\n  go:\n    steps:\n      s: { action: base.go }\n',
    });
    writePack('a/base', pack('base', 'base'));
    expect(Object.keys((await load()).definitions?.actions ?? {})).toEqual(['base.go']);
    writePack('a/base', pack('base', 'base', 'dependencies: { tools: { folder: up } }\n'));
    expect(await problems()).toContain('pack_cycle .workflows/a.yaml:1:10');
  });

  it('that are not there, are none, or have another name are told at their place', async () => {
    writePack('p', pack('one', 'other'));
    mkdirSync(join(root(), 'empty'), { recursive: true });
    symlinkSync('/etc', join(root(), 'out'));
    const uses =
      '{ a: { folder: nowhere }, b: { folder: empty }, c: { folder: p }, d: { folder: out }, e: { builtin: true } }';
    write('.workflows/a.yaml', calls(uses, 'a.x'));
    expect(await problems()).toEqual([
      'no_pack .workflows/a.yaml:1:10',
      'no_pack empty/pack.yaml:1:1',
      'pack_name .workflows/a.yaml:1:56',
      'no_pack .workflows/a.yaml:1:74',
      'unknown_pack .workflows/a.yaml:1:94',
    ]);
  });
});

describe.skipIf(gitMissing !== null)('packs from Git', () => {
  let host: GitHost;
  beforeEach(() => {
    host = makeGitHost();
  });
  afterEach(() => host.remove());
  const use = (ref: string) => calls(`{ tools: { git: "${host.url}", ref: ${ref}, path: packs/tools } }`);
  const push = (text: string) =>
    host.push(
      Object.fromEntries(Object.entries(pack(text)).map(([path, content]) => [`packs/tools/${path}`, content])),
    );
  const who = async (options: LoadOptions = {}) => {
    const body = (await load(options)).definitions?.actions['tools.go']?.body;
    return body?.type === 'shell' ? body.env?.WHO : undefined;
  };

  it('are those of a commit or tag; a branch warns', async () => {
    const first = push('one');
    host.git('tag', 'v1');
    host.git('push', '--quiet', 'origin', 'v1');
    push('two');
    write('.workflows/a.yaml', use(`"${first}"`));
    expect([await who(), await problems()]).toEqual(['one', []]);
    expect((await load()).packs.pinned).toBe(true);
    write('.workflows/a.yaml', use('v1'));
    expect([await who(), await problems()]).toEqual(['one', []]);
    write('.workflows/a.yaml', use('main'));
    expect([await who(), await problems()]).toEqual(['two', ['floating_pack .workflows/a.yaml:1:10']]);
  });

  it('stay as they are locked, until they are updated', async () => {
    push('one');
    write('.workflows/a.yaml', use('main'));
    const [found] = (await load()).foundPacks;
    write('millrace.lock', writePackLock(found?.lock == null ? [] : [found.lock]));
    push('two');
    repositories.forgetRefs();
    expect([await who(), await problems()]).toEqual(['one', []]);
    expect(await who({ unlock: new Set(['tools']) })).toBe('two');
    expect(await who({ unlock: new Set(['other']) })).toBe('one');
    const lock = readFileSync(join(root(), 'millrace.lock'), 'utf8');
    write('millrace.lock', lock.replace(/sha256:../, 'sha256:00'));
    expect(await problems()).toEqual(['pack_changed .workflows/a.yaml:1:10']);
    write('millrace.lock', lock.replace('packs/tools', 'packs/other'));
    expect(await problems()).toEqual(['lock_outdated .workflows/a.yaml:1:10', 'floating_pack .workflows/a.yaml:1:10']);
    write('millrace.lock', 'version: 2\n');
    expect(await problems()).toContain('invalid_value millrace.lock:1:10');
  });

  it('that cannot be had are told at their place', async () => {
    push('one');
    write('.workflows/a.yaml', use('nowhere'));
    expect(await problems()).toEqual(['git_ref_not_found .workflows/a.yaml:1:10']);
    write('.workflows/a.yaml', calls(`{ tools: { git: "${host.url}" } }`));
    expect((await problems()).at(-1)).toMatch(/^no_pack tools@[0-9a-f]{12}\/pack\.yaml:1:1$/);
    write('.workflows/a.yaml', calls('{ tools: { git: "ext::sh -c date" } }'));
    expect(await problems()).toEqual(['git_unsafe .workflows/a.yaml:1:10']);
    expect(await problems({ packs: { git: null } })).toEqual(['git_unsafe .workflows/a.yaml:1:10']);
  });

  it('of a workspace in Git make another revision of the same commit when they change', async () => {
    push('one');
    const commit = host.push({ '.workflows/a.yaml': use('main') });
    const engine = createReceiver();
    const packs = { git: { repositories, credentials: [] } };
    const source = createGitSource({
      workspace: 'main',
      url: host.url,
      ref: commit,
      path: '',
      pollMs: null,
      engine,
      repositories,
      packs,
    });
    const first = await source.sync();
    expect(first.revision).toMatch(new RegExp(`^${commit}\\.[0-9a-f]{8}$`));
    push('two');
    repositories.forgetRefs();
    const second = await source.sync();
    expect(second.revision).not.toBe(first.revision);
    expect(second.live).toBe(second.revision);
    await source.stop();
  });

  it('are looked at with each look at the workspace, and are live by themselves; locked ones are not asked for', async () => {
    push('one');
    host.push({ '.workflows/a.yaml': use('main') });
    const engine = createReceiver();
    const packs = { git: { repositories, credentials: [] } };
    const whose = () => {
      const body = engine.published.at(-1)?.definitions?.actions['tools.go']?.body;
      return body?.type === 'shell' ? body.env?.WHO : undefined;
    };
    const common = { workspace: 'main', engine, packs };
    const inGit = createGitSource({ ...common, url: host.url, ref: null, path: '', pollMs: 50, repositories });
    await inGit.start();
    push('two');
    await vi.waitFor(() => expect(whose()).toBe('two'), { timeout: 20_000, interval: 20 });
    await inGit.stop();

    write('.workflows/a.yaml', use('main'));
    const inFolder = createFolderSource({ ...common, path: root(), packPollMs: 50 });
    await inFolder.start();
    push('three');
    await vi.waitFor(() => expect(whose()).toBe('three'), { timeout: 20_000, interval: 20 });
    await inFolder.stop();
    expect((await load()).followedPacks).toMatchObject([{ url: host.url, ref: 'main' }]);
    const [found] = (await load()).foundPacks;
    write('millrace.lock', writePackLock(found?.lock == null ? [] : [found.lock]));
    expect((await load()).followedPacks).toEqual([]);
  });

  it('whose repository was away are loaded when it is back, though the workspace has not changed', async () => {
    push('one');
    const commit = host.push({ '.workflows/a.yaml': use('later') });
    const engine = createReceiver();
    const packs = { git: { repositories, credentials: [] } };
    const options = {
      workspace: 'main',
      engine,
      packs,
      url: host.url,
      ref: commit,
      path: '',
      pollMs: 50,
      repositories,
    };
    const source = createGitSource(options);
    expect((await source.start()).diagnostics).toMatchObject([{ code: 'git_ref_not_found' }]);
    host.git('push', '--quiet', 'origin', 'HEAD:refs/heads/later');
    await vi.waitFor(() => expect(engine.published.at(-1)?.definitions).toBeTruthy(), {
      timeout: 20_000,
      interval: 20,
    });
    await source.stop();
  });
});
