// Workspaces in Git with the real server: configuration, push hook, a broken commit, runs in flight.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeScratch, type Running, run, type Scratch, start } from './command-line.ts';
import { addressOf, startDev } from './dev-server.ts';

const hasGit = spawnSync('git', ['--version']).status === 0;
if (!hasGit) process.stderr.write('Tests of workspaces in Git are skipped: git is not on this machine.\n');

const workflows = (text: string): string => `workflows:
  tell:
    steps:
      read: { type: shell, cmd: 'cat text.txt; echo "OUTPUT: \\"${text}\\""' }
    output: { text: "{{ steps.read.output }}" }
  slow:
    input: { door: { type: string, required: true } }
    steps:
      wait: { type: shell, cmd: 'echo begun; while ! test -e {{ input.door }}; do sleep 0.05; done' }
      child: { depends_on: [wait], action: tell }
    output: { text: "{{ steps.child.output.text }}" }
`;

let scratch: Scratch;
let running: Running[];
beforeEach(() => {
  scratch = makeScratch();
  running = [];
});
afterEach(async () => {
  for (const { child } of running) child.kill('SIGKILL');
  await Promise.all(running.map(({ ended }) => ended));
  scratch.remove();
});

function makeOrigin() {
  const env = {
    ...process.env,
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_AUTHOR_NAME: 'Ada',
    GIT_AUTHOR_EMAIL: 'ada@example.com',
    GIT_COMMITTER_NAME: 'Ada',
    GIT_COMMITTER_EMAIL: 'ada@example.com',
  };
  const git = (folder: string, ...args: readonly string[]): string =>
    execFileSync('git', [...args], { cwd: join(scratch.path, folder), env, encoding: 'utf8', stdio: 'pipe' }).trim();
  mkdirSync(join(scratch.path, 'work'));
  git('.', 'init', '--quiet', '--bare', '--initial-branch=main', 'origin.git');
  git('work', 'init', '--quiet', '--initial-branch=main');
  return {
    url: `file://${join(scratch.path, 'origin.git')}`,
    push(files: Readonly<Record<string, string>>): string {
      for (const [path, content] of Object.entries(files)) scratch.write(join('work', path), content);
      git('work', 'add', '-A');
      git('work', 'commit', '--quiet', '-m', 'change');
      git('work', 'push', '--quiet', '../origin.git', 'HEAD:main');
      return git('work', 'rev-parse', 'HEAD');
    },
  };
}

async function dev(config: string): Promise<Readonly<{ url: string; process: Running }>> {
  const file = scratch.write('millrace.yaml', config);
  const process = await startDev(scratch, { args: ['--config', file], env: { HOOK_SECRET: 'a-hook-secret' } });
  running.push(process);
  return { url: await addressOf(process), process };
}

describe.skipIf(!hasGit)('workspaces in Git', { timeout: 120_000 }, () => {
  it('are live within two seconds of a push that the hook tells of; runs in flight finish on their own revision', async () => {
    const origin = makeOrigin();
    const first = origin.push({ '.workflows/a.yaml': workflows('one'), 'text.txt': 'file one\n' });
    scratch.write('folder/.workflows/b.yaml', workflows('folder'));
    const { url, process } = await dev(`
git: { schemes: [file] }
workspaces:
  ops: { type: git, url: "${origin.url}", ref: main, poll: off, hook: { secret_env: HOOK_SECRET } }
  data: { type: folder, path: ./folder }
`);
    const remote = { cwd: scratch.path, env: { MILLRACE_URL: url, MILLRACE_WORKSPACE: 'ops' } };
    const live = async (): Promise<string> =>
      JSON.parse((await run(['workspace', 'get', '--json'], remote)).stdout).revision;
    expect(await live()).toBe(first);
    const listed = await run(['workspace', 'list'], remote);
    expect(listed.stdout).toContain(`${origin.url} at main`);
    expect(listed.stdout).toContain(join(scratch.path, 'folder'));

    const door = join(scratch.path, 'door');
    const follow = ['workflow', 'start', 'slow', '-i', `door=${door}`, '--follow', '--json'];
    const flying = start(follow, { cwd: scratch.path, env: remote.env });
    running.push(flying);
    await flying.says(/begun/);

    const second = origin.push({ '.workflows/a.yaml': workflows('two'), 'text.txt': 'file two\n' });
    const begin = performance.now();
    const answer = await fetch(`${url}/sources/ops/push`, {
      method: 'POST',
      headers: { 'x-gitlab-token': 'a-hook-secret' },
    });
    expect(answer.status).toBe(202);
    const workspace = async () => (await (await fetch(`${url}/api/v1/workspaces/ops`)).json()) as { revision: string };
    await expect.poll(async () => (await workspace()).revision, { timeout: 10_000, interval: 20 }).toBe(second);
    expect(performance.now() - begin).toBeLessThan(2_000);

    const fresh = JSON.parse((await run(['workflow', 'start', 'tell', '--wait', '--json'], remote)).stdout);
    expect(fresh).toMatchObject({ revision: second, output: { text: 'two' } });
    expect((await run(['run', 'logs', fresh.id], remote)).stdout).toContain('file two');
    scratch.write('door', '');
    const old = await flying.ended;
    expect(old.exit).toBe(0);
    const [parent] = JSON.parse((await run(['run', 'list', '--json'], remote)).stdout).items.filter(
      (one: { workflow: string }) => one.workflow === 'slow',
    );
    const shown = JSON.parse((await run(['run', 'get', parent.id, '--json'], remote)).stdout);
    expect(shown).toMatchObject({ revision: first, output: { text: 'one' } });

    expect((await fetch(`${url}/sources/ops/push`, { method: 'POST' })).status).toBe(401);
    expect((await fetch(`${url}/sources/data/push`, { method: 'POST' })).status).toBe(401);

    const plan = async (...args: string[]) => {
      const { exit, stdout } = await run(['workspace', ...args], remote);
      return { exit, stdout };
    };
    expect(await plan('drift')).toMatchObject({ exit: 0, stdout: expect.stringContaining('nothing would change') });
    origin.push({ '.workflows/a.yaml': workflows('three').replace('type: shell', 'type: shel') });
    expect(await plan('drift')).toMatchObject({ exit: 2, stdout: expect.stringMatching(/unknown_type.*stays live/s) });
    expect(await plan('plan', '--ref', first)).toMatchObject({
      exit: 5,
      stdout: expect.stringMatching(/~ workflow tell\n {4}steps\.read\.cmd\n.*→ [0-9a-f]{40}: 1 changed/s),
    });
    expect(await plan('plan', '--ref', 'nowhere')).toMatchObject({
      exit: 2,
      stdout: expect.stringContaining('git_ref_not_found'),
    });
    expect((await plan('plan', '-w', 'data', '--ref', 'main')).exit).toBe(2);
    const here = JSON.parse((await plan('plan', join(scratch.path, 'folder'), '--json')).stdout);
    expect(here).toMatchObject({ live: second, changes: [{ kind: 'workflow', name: 'tell', change: 'changed' }] });
    const broken = await run(['workspace', 'sync'], remote);
    expect(broken.exit).toBe(2);
    expect(broken.stdout).toMatch(/a\.yaml:4:21 error .*unknown_type/);
    expect(broken.stdout).toContain('older than it');
    expect(await live()).toBe(second);
    await process.says(/workspace ops.*1 error.*its last good version stays/);
    const mended = origin.push({ '.workflows/a.yaml': workflows('four') });
    expect((await run(['workspace', 'sync', 'ops'], remote)).exit).toBe(0);
    expect(await live()).toBe(mended);
  });

  it('are refused with the place when the configuration is wrong', async () => {
    const file = scratch.write(
      'millrace.yaml',
      'workspaces:\n  ops: { type: git, url: "https://u:p@h/x" }\n  d: { type: fold }\n',
    );
    const refused = await run(['dev', '--config', file, '--data', 'data'], { cwd: scratch.path });
    expect(refused.exit).toBe(2);
    expect(refused.stderr).toMatch(/millrace\.yaml:2:26: .*credentials.*\n.*millrace\.yaml:3:14: .*`folder`/s);
    const missing = await run(['serve', '--config', 'nowhere.yaml', '--database', 'postgres://x', '--blobs', 'b'], {
      cwd: scratch.path,
    });
    expect(missing).toMatchObject({ exit: 2, stderr: expect.stringContaining('nowhere.yaml cannot be read') });
  });
});
