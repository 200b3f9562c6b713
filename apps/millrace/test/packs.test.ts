// The commands around packs, with the real binary: lock, update, list, get, validate, run.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeScratch, run, type Scratch } from './command-line.ts';

const hasGit = spawnSync('git', ['--version']).status === 0;
if (!hasGit) process.stderr.write('Tests of packs from Git are skipped: git is not on this machine.\n');

let scratch: Scratch;
beforeEach(() => {
  scratch = makeScratch();
});
afterEach(() => scratch.remove());

const millrace = (...args: string[]) =>
  run(args, { cwd: scratch.path, env: { XDG_CACHE_HOME: join(scratch.path, 'cache') } });

function git(...args: string[]): string {
  const identity = ['-c', 'user.name=Ada', '-c', 'user.email=ada@example.com'];
  const cwd = join(scratch.path, 'tools');
  return execFileSync('git', [...identity, ...args], { cwd, encoding: 'utf8', stdio: 'pipe' }).trim();
}

function commit(text: string): string {
  scratch.write(
    'tools/pack.yaml',
    'name: tools\nversion: 1.0.0\ndescription: Says something.\nconfig: { end: { type: string, default: . } }\n',
  );
  scratch.write(
    'tools/.workflows/tools.yaml',
    `actions:\n  say: { type: shell, cmd: 'echo "OUTPUT: \\"$(cat "$MILLRACE_PACK/text"){{ config.end }}\\""' }\n`,
  );
  scratch.write('tools/text', text);
  git('add', '-A');
  git('commit', '--quiet', '-m', text);
  return git('rev-parse', 'HEAD');
}

describe.skipIf(!hasGit)('millrace pack', { timeout: 120_000 }, () => {
  it('locks a branch, keeps it, and updates it when it is asked to', async () => {
    mkdirSync(join(scratch.path, 'tools'));
    git('init', '--quiet', '--initial-branch=main');
    const first = commit('one');
    const url = `file://${join(scratch.path, 'tools')}`;
    scratch.write(
      'ws/.workflows/a.yaml',
      `packs: { tools: { git: "${url}", ref: main, config: { end: "!" } } }\nworkflows: { w: { steps: { s: { action: tools.say } }, output: "{{ steps.s.output }}" } }\n`,
    );
    const config = scratch.write('millrace.yaml', 'git: { schemes: [file] }\n');
    expect(await millrace('pack', 'list', 'ws')).toMatchObject({
      exit: 2,
      stderr: expect.stringContaining('git_unsafe'),
    });

    expect((await millrace('pack', 'lock', 'ws', '--config', config)).stdout).toContain(`tools 1.0.0 ${first}`);
    const second = commit('two');
    scratch.write('free/.workflows/a.yaml', `packs: { tools: { git: "${url}", ref: ${second} } }\n`);
    const env = { XDG_CACHE_HOME: join(scratch.path, 'cache'), MILLRACE_CONFIG: config };
    expect((await run(['validate', 'free'], { cwd: scratch.path, env })).exit).toBe(0);
    const output = async () => JSON.parse((await millrace('run', 'ws', 'w', '--json')).stdout).run?.output;
    // What is locked and was fetched once is not asked for again, whatever is allowed here.
    expect(await output()).toBe('one!');
    expect((await millrace('validate', 'ws')).stdout).toContain('1 workflow in 1 file, 0 errors, 0 warnings');
    expect((await millrace('pack', 'list', 'ws')).stdout).toMatch(/tools +1\.0\.0 +locked +used +file:.* at main/);

    const updated = JSON.parse(
      (await millrace('pack', 'update', 'tools', '--path', 'ws', '--config', config, '--json')).stdout,
    );
    expect(updated.packs).toMatchObject([{ name: 'tools', commit: second }]);
    expect(readFileSync(join(scratch.path, 'ws/millrace.lock'), 'utf8')).toContain(second);
    expect(await output()).toBe('two!');

    const shown = JSON.parse((await millrace('pack', 'get', 'tools', 'ws', '--json')).stdout);
    expect(shown).toMatchObject({ name: 'tools', actions: ['say'], workflows: [], locked: true, commit: second });
    expect((await millrace('pack', 'get', 'tols', 'ws')).stderr).toContain('It has: tools, core.');
  });

  it('leaves the lock alone when a pack cannot be had', async () => {
    scratch.write('ws/.workflows/a.yaml', 'packs: { gone: { folder: nowhere } }\n');
    scratch.write('ws/millrace.lock', 'version: 1\npacks: {}\n');
    expect(await millrace('pack', 'lock', 'ws')).toMatchObject({
      exit: 2,
      stderr: expect.stringContaining('a.yaml:1:10'),
    });
    expect(readFileSync(join(scratch.path, 'ws/millrace.lock'), 'utf8')).toBe('version: 1\npacks: {}\n');
  });

  it('checks the folder of a pack as one', async () => {
    scratch.write('p/pack.yaml', 'name: p\nversion: 1.0.0\nconfig: { n: { type: integer, required: true } }\n');
    scratch.write('p/.workflows/p.yaml', 'actions: { fail: { type: shell, cmd: "echo {{ config.n }}" } }\n');
    expect((await millrace('validate', 'p')).stdout).toContain('valid pack p 1.0.0');
    scratch.write('p/.workflows/p.yaml', 'actions: { a: { type: shell, cmd: "{{ config.m }}" } }\n');
    expect(await millrace('validate', 'p')).toMatchObject({
      exit: 2,
      stdout: expect.stringContaining('unknown_input'),
    });
  });
});
