import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type GitHost, type GitServer, gitMissing, makeGitHost, serveGit } from '../../test/git-host.ts';
import { createReceiver, filesIn, workflow } from '../../test/receiver.ts';
import type { SourceLoad, WorkspaceSource } from '../sync/workspace-source.ts';
import { createGitSource, type GitSourceOptions } from './git-source.ts';
import { createRepositoryCache, type RepositoryCache } from './repository-cache.ts';

let host: GitHost;
let engine: ReturnType<typeof createReceiver>;
let cacheFolder: string;
let repositories: RepositoryCache;
let sources: WorkspaceSource[];
let server: GitServer | null;

beforeEach(() => {
  host = makeGitHost();
  engine = createReceiver();
  cacheFolder = mkdtempSync(join(tmpdir(), 'millrace-git-cache-'));
  repositories = createRepositoryCache({ folder: cacheFolder, schemes: ['file', 'http', 'https'] });
  sources = [];
  server = null;
});
afterEach(async () => {
  repositories.close();
  for (const source of sources) await source.stop();
  await server?.close();
  host.remove();
  rmSync(cacheFolder, { recursive: true, force: true });
});

function open(options: Partial<GitSourceOptions> = {}): WorkspaceSource {
  const source = createGitSource({
    workspace: 'main',
    url: host.url,
    ref: 'main',
    path: '',
    pollMs: null,
    engine,
    repositories,
    ...options,
  });
  sources.push(source);
  return source;
}

const errorsOf = (load: SourceLoad | undefined): readonly string[] =>
  (load?.diagnostics ?? []).filter(({ severity }) => severity === 'error').map(({ code }) => code);

describe.skipIf(gitMissing !== null)('a Git repository as a workspace', () => {
  it('is published under its commit, with its files as they were committed', async () => {
    const commit = host.push({
      '.workflows/a.yaml': workflow('a'),
      'run.sh': 'echo $Id$\n',
      '.gitattributes': '*.sh text eol=crlf ident\n',
    });
    const load = await open().sync();
    expect(load).toMatchObject({ revision: commit, live: commit, workflows: ['a'], diagnostics: [], changed: true });
    expect(engine.published[0]?.source).toEqual({ type: 'git', url: host.url, ref: 'main', path: '', commit });
    expect(filesIn(engine.published[0]?.files?.data)).toMatchObject({ 'run.sh': 'echo $Id$\n' });
    expect(readdirSync(cacheFolder).filter((name) => name.startsWith('tree-'))).toEqual([]);
  });

  it('follows a branch, stays at a tag, at a commit, and finds the default branch', async () => {
    const first = host.push({ '.workflows/a.yaml': workflow('a') });
    host.git('tag', '-a', 'v1', '-m', 'one');
    host.git('push', '--quiet', 'origin', 'v1');
    const second = host.push({ '.workflows/a.yaml': workflow('a', 'two') });
    const third = host.push({ '.workflows/a.yaml': workflow('a', 'three') }, 'feature/x');
    for (const [ref, commit] of [
      ['main', second],
      [null, second],
      ['feature/x', third],
      ['refs/heads/feature/x', third],
      ['v1', first],
      [first, first],
    ] as const) {
      expect([ref, (await open({ ref }).sync()).live]).toEqual([ref, commit]);
    }
  });

  it('may be one folder of the repository', async () => {
    host.push({ 'ops/.workflows/a.yaml': workflow('a'), 'ops/x': '1', 'other/y': '2' });
    expect(await open({ path: 'ops' }).sync()).toMatchObject({ workflows: ['a'] });
    expect(Object.keys(filesIn(engine.published[0]?.files?.data))).toEqual(['x']);
    expect(errorsOf(await open({ path: 'nowhere' }).sync())).toEqual(['git_path_not_found']);
    expect(errorsOf(await open({ path: '../..' }).sync())).toEqual(['git_path_not_found']);
  });

  it('asks again without fetching or publishing while the commit is the same', async () => {
    host.push({ '.workflows/a.yaml': workflow('a') });
    const source = open();
    await source.sync();
    expect(await source.sync()).toMatchObject({ changed: false });
    expect(engine.published).toHaveLength(1);
  });

  it('keeps the last good commit when one is broken, says why, and goes on with the next', async () => {
    const good = host.push({ '.workflows/a.yaml': workflow('a') });
    const source = open();
    await source.sync();
    const broken = host.push({ '.workflows/a.yaml': 'workflows: { a: { steps: { say: { type: shel } } } }' });
    const load = await source.sync();
    expect(load).toMatchObject({ revision: broken, live: good });
    expect(load.diagnostics[0]).toMatchObject({ code: 'unknown_type', file: '.workflows/a.yaml', line: 1 });
    const mended = host.push({ '.workflows/a.yaml': workflow('a', 'mended') });
    expect(await source.sync()).toMatchObject({ live: mended, diagnostics: [] });
  });

  it('follows a branch whose history was rewritten', async () => {
    host.push({ '.workflows/a.yaml': workflow('a') });
    const source = open();
    await source.sync();
    host.git('commit', '--quiet', '--amend', '--allow-empty', '-m', 'other');
    host.git('push', '--quiet', '--force', 'origin', 'HEAD:refs/heads/main');
    expect(await source.sync()).toMatchObject({ live: host.git('rev-parse', 'HEAD') });
  });

  it('is live within ten seconds of a push when it is polled every five', async () => {
    host.push({ '.workflows/a.yaml': workflow('a') });
    await open({ pollMs: 5_000 }).start();
    const begin = performance.now();
    host.push({ '.workflows/a.yaml': workflow('a', 'pushed') });
    await engine.reached(2);
    expect(performance.now() - begin).toBeLessThan(10_000);
  });

  it('tells that the repository is away, keeps what is live, and comes back by itself', async () => {
    const commit = host.push({ '.workflows/a.yaml': workflow('a') });
    server = await serveGit(host.folder);
    const { url } = server;
    const source = open({ url, pollMs: 50 });
    await source.start();
    await server.close();
    await engine.reached(2);
    expect(engine.published[1]).toMatchObject({ definitions: null, diagnostics: [{ code: 'git_unreachable' }] });
    expect((await source.sync()).live).toBe(commit);
    server = await serveGit(host.folder, null, Number(new URL(url).port));
    await engine.reached(3);
    expect(engine.published[2]).toMatchObject({ revision: commit, diagnostics: [] });
  });

  it('says what is missing: the repository, the branch, the right to read it', async () => {
    host.push({ '.workflows/a.yaml': workflow('a') });
    expect(errorsOf(await open({ url: `${host.url}x` }).sync())).toEqual(['git_not_found']);
    expect(errorsOf(await open({ ref: 'nowhere' }).sync())).toEqual(['git_ref_not_found']);
    expect(errorsOf(await open({ ref: '0'.repeat(40) }).sync())).toEqual(['git_ref_not_found']);
    expect(errorsOf(await open({ ref: '--upload-pack=x' }).sync())).toEqual(['git_ref_not_found']);
    server = await serveGit(host.folder, 'secret');
    expect(errorsOf(await open({ url: server.url }).sync())).toEqual(['git_auth_failed']);
  });

  it('survives a copy that is broken, and one that was left by another process', async () => {
    const commit = host.push({ '.workflows/a.yaml': workflow('a') });
    await open().sync();
    const [copy = ''] = readdirSync(cacheFolder);
    writeFileSync(join(cacheFolder, copy, 'HEAD'), 'nonsense');
    repositories = createRepositoryCache({ folder: cacheFolder, schemes: ['file'] });
    expect(await open({ repositories }).sync()).toMatchObject({ live: commit });
  });
});

describe.skipIf(gitMissing !== null)('a repository behind a token', () => {
  it('is read over HTTP with one commit of history, and the token is nowhere to be seen', async () => {
    for (let index = 0; index < 5; index += 1) host.push({ '.workflows/a.yaml': workflow('a', `n${index}`) });
    server = await serveGit(host.folder, 's3cret-token');
    const tokenFile = join(cacheFolder, 'token');
    writeFileSync(tokenFile, 's3cret-token\n');
    const auth = { kind: 'token', username: 'x', from: { file: tokenFile } } as const;
    const source = open({ url: server.url, auth });
    expect((await source.sync()).diagnostics).toEqual([]);
    const [copy = ''] = readdirSync(cacheFolder).filter((name) => name.endsWith('.git'));
    expect(
      readFileSync(join(cacheFolder, copy, 'shallow'), 'utf8')
        .trim()
        .split('\n'),
    ).toHaveLength(1);
    expect(readFileSync(join(cacheFolder, copy, 'config'), 'utf8')).not.toContain('s3cret');

    writeFileSync(tokenFile, 'wrong-token');
    const refused = await source.sync();
    expect(errorsOf(refused)).toEqual(['git_auth_failed']);
    expect(JSON.stringify(refused)).not.toContain('wrong-token');
    expect(JSON.stringify(refused)).not.toContain(Buffer.from('x:wrong-token').toString('base64'));
    rmSync(tokenFile);
    const missing = await source.sync();
    expect(missing.diagnostics[0]).toMatchObject({
      code: 'git_auth_failed',
      message: expect.stringContaining(tokenFile),
    });
  });
});

describe.skipIf(gitMissing !== null)('a repository behind a key', () => {
  // In place of `ssh`: notes what it was called with, and does what the other end would do.
  const stand = (repository: string) => `#!/bin/sh
for argument; do printf '%s\\n' "$argument" >> "$(dirname "$0")/arguments"; done
env | grep -E '^(SSH_ASKPASS|GIT_TERMINAL_PROMPT|SSH_AUTH_SOCK)=' >> "$(dirname "$0")/environment"
exec git upload-pack '${repository}'
`;
  const { PATH: path, SSH_AUTH_SOCK: agent } = process.env;
  afterEach(() => {
    process.env.PATH = path;
    process.env.SSH_AUTH_SOCK = agent;
    if (agent === undefined) delete process.env.SSH_AUTH_SOCK;
  });

  it.each(['git@git.example.com:team/ops.git', 'ssh://git@git.example.com:2222/team/ops.git'])(
    'is read with that key alone, from a host that is known, and nobody is asked: %s',
    async (url) => {
      const commit = host.push({ '.workflows/a.yaml': workflow('a') });
      const bin = mkdtempSync(join(tmpdir(), 'millrace-ssh-'));
      writeFileSync(join(bin, 'ssh'), stand(host.folder), { mode: 0o755 });
      process.env.PATH = `${bin}:${path}`;
      process.env.SSH_AUTH_SOCK = '/agent/of/somebody';
      const auth = { kind: 'ssh', keyFile: "/keys/it's mine", knownHosts: '/keys/known hosts' } as const;
      const keys = createRepositoryCache({ folder: cacheFolder, schemes: ['ssh'] });
      const source = open({ url, auth, repositories: keys });
      expect(await source.sync()).toMatchObject({ live: commit, diagnostics: [] });
      const lines = readFileSync(join(bin, 'arguments'), 'utf8').split('\n');
      const given = lines.slice(0, lines.findIndex((line) => line.includes('upload-pack')) + 1);
      expect(given.slice(0, 10)).toEqual([
        '-F',
        '/dev/null',
        '-o',
        'BatchMode=yes',
        '-o',
        'StrictHostKeyChecking=yes',
        '-i',
        "/keys/it's mine",
        '-o',
        'IdentitiesOnly=yes',
      ]);
      expect(given).toContain('UserKnownHostsFile=/keys/known hosts');
      expect(given).toContain('git@git.example.com');
      expect(given.at(-1)).toMatch(/^git-upload-pack '\/?team\/ops\.git'$/);
      expect(given.includes('2222')).toBe(url.startsWith('ssh:'));
      const environment = readFileSync(join(bin, 'environment'), 'utf8');
      expect(environment).toContain('SSH_ASKPASS=/bin/false\n');
      expect(environment).toContain('GIT_TERMINAL_PROMPT=0\n');
      expect(environment).not.toContain('SSH_AUTH_SOCK');
      keys.close();
      rmSync(bin, { recursive: true, force: true });
    },
  );
});

describe.skipIf(gitMissing !== null)('a hostile repository', () => {
  it('cannot hand out files of this machine by links', async () => {
    const outside = join(cacheFolder, 'outside');
    writeFileSync(outside, 'workflows: { leaked: { steps: { s: { type: shell, cmd: "true" } } } }');
    host.push({
      '.workflows/a.yaml': workflow('a'),
      '.workflows/b.yaml': `link:${outside}`,
      passwd: 'link:/etc/passwd',
      up: 'link:../../../..',
      '.millraceignore': 'link:/etc/passwd',
    });
    const load = await open().sync();
    expect(load.workflows).toEqual(['a']);
    expect(load.diagnostics.map(({ code }) => code)).toContain('link_left_out');
    expect(Object.keys(filesIn(engine.published[0]?.files?.data))).toEqual([]);
  });

  it('cannot make a folder of this machine its definitions', async () => {
    const outside = join(cacheFolder, 'elsewhere');
    host.push({ '.workflows': `link:${outside}` });
    mkdirSync(outside);
    writeFileSync(join(outside, 'leaked.yaml'), workflow('leaked'));
    const load = await open().sync();
    expect(load.workflows).toEqual([]);
    expect(errorsOf(load)).toEqual(['no_workflows_folder']);
  });

  it('cannot run hooks, filters or submodules', async () => {
    const proof = join(cacheFolder, 'proof');
    host.push({
      '.workflows/a.yaml': workflow('a'),
      '.gitattributes': '*.bin filter=evil\n*.lfs filter=lfs\n',
      'x.bin': 'data',
      '.gitmodules': `[submodule "sub"]\n\tpath = sub\n\turl = ${host.folder}\n\tupdate = !touch ${proof}\n`,
      'hooks/post-checkout': `#!/bin/sh\ntouch ${proof}\n`,
    });
    host.git('config', 'filter.evil.smudge', `touch ${proof}`);
    host.git('update-index', '--add', '--cacheinfo', `160000,${'1'.repeat(40)},sub`);
    host.git('commit', '--quiet', '-m', 'a submodule');
    host.git('push', '--quiet', 'origin', 'HEAD:refs/heads/main');
    const load = await open().sync();
    expect(load.workflows).toEqual(['a']);
    expect(load.diagnostics.map(({ code }) => code)).toEqual(['submodule_left_out', 'lfs_left_out']);
    expect(existsSync(proof)).toBe(false);
  });

  it.each(['..', '.git', '.GIT', 'a/../../x', '/etc/x'])('cannot write outside by the path %s', async (name) => {
    host.push({ '.workflows/a.yaml': workflow('a') });
    const blob = host.git('rev-parse', 'HEAD:.workflows/a.yaml');
    const entry = Buffer.concat([Buffer.from(`100644 ${name}\0`), Buffer.from(blob, 'hex')]);
    host.forge('main', entry);
    expect(errorsOf(await open().sync())).toEqual(['git_unsafe']);
    expect(engine.published).toHaveLength(1);
  });

  it('is refused when it is too large, before anything is written', async () => {
    host.push({ '.workflows/a.yaml': workflow('a'), huge: 'x'.repeat(20_000), small: 'y' });
    expect(errorsOf(await open({ limits: { fileBytes: 10_000 } }).sync())).toEqual(['file_too_large']);
    expect(errorsOf(await open({ limits: { totalBytes: 10_000 } }).sync())).toEqual(['workspace_too_large']);
    expect(errorsOf(await open({ limits: { files: 1, definitionFiles: 1 } }).sync())).toEqual(['workspace_too_large']);
  });

  it('is not even asked by a scheme that is not allowed', async () => {
    host.push({ '.workflows/a.yaml': workflow('a') });
    const strict = createRepositoryCache({ folder: cacheFolder, schemes: ['https', 'ssh'] });
    for (const url of [host.url, host.folder, 'ext::sh -c date', 'git://x/y', '-oProxyCommand=x:y']) {
      expect(errorsOf(await open({ url, repositories: strict }).sync())).toEqual(['git_unsafe']);
    }
  });
});
