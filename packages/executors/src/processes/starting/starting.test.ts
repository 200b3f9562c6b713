import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { canHelp, openHelper, waysToStart } from '../../../test/helped-starter.ts';
import { faultOf, runBody, scratchFolder } from '../../../test/step-harness.ts';
import { createShellExecutor } from '../../shell/create-shell-executor.ts';
import { lookUpProgram } from '../find-program.ts';
import { createProcessStarter } from './create-process-starter.ts';
import type { ProcessStarter, ProcessToStart } from './process-starter.ts';
import { startDirectly } from './start-directly.ts';
import { NotBegun } from './start-helper.ts';

const scratch = scratchFolder();
const onLinux = process.platform === 'linux';

const toStart = (more: Partial<ProcessToStart>): ProcessToStart => ({
  program: '/bin/sh',
  args: [],
  cwd: scratch,
  env: { PATH: process.env.PATH ?? '' },
  stdinFile: null,
  ...more,
});

/** What a process printed, and how it ended. */
async function outcome(starter: ProcessStarter, more: Partial<ProcessToStart>) {
  const { stdout, stderr, exited } = await starter.start(toStart(more));
  const [out, err, exit] = await Promise.all([text(stdout), text(stderr), exited]);
  return { out, err, ...exit };
}

const shell = (cmd: string): Partial<ProcessToStart> => ({ args: ['-c', cmd] });

const gone = async (pid: number): Promise<void> => {
  await expect
    .poll(() => existsSync(`/proc/${pid}`) && !readFileSync(`/proc/${pid}/stat`, 'latin1').includes(') Z '), {
      timeout: 10_000,
    })
    .toBe(false);
};

describe.each(await waysToStart(startDirectly))('a process started $way', ({ starter }) => {
  it('has its arguments as they are, whatever they hold', async () => {
    const values = ['', ' a  b ', '$HOME `x` "\'\\', 'line\nend\n', 'é🚀\u0001', '-n', '*', '='];
    const { out } = await outcome(starter, {
      args: ['-c', 'for each; do printf "<%s>" "$each"; done', 'sh', ...values],
    });
    expect(out).toBe(values.map((value) => `<${value}>`).join(''));
  });

  it('has the environment that it was given, and nothing else', async () => {
    const env = { A: '1=2', EMPTY: '', LINES: 'a\nb\n', 'odd.name-1': 'é', PERL5OPT: '-Mno', IFS: 'x' };
    const { out } = await outcome(starter, { program: '/usr/bin/env', args: ['-0'], env });
    expect(out.split('\0').slice(0, -1).sort()).toEqual(
      Object.entries(env)
        .map((entry) => entry.join('='))
        .sort(),
    );
  });

  it('is in its folder, reads the file that it was given, or nothing', async () => {
    mkdirSync(join(scratch, 'a folder é'), { recursive: true });
    writeFileSync(join(scratch, 'input'), 'from a file');
    const cwd = join(scratch, 'a folder é');
    expect(await outcome(starter, { ...shell('pwd -P; cat'), cwd, stdinFile: join(scratch, 'input') })).toMatchObject({
      out: `${cwd}\nfrom a file`,
    });
    expect(await outcome(starter, shell('cat'))).toMatchObject({ out: '', exitCode: 0 });
  });

  it.each([
    ['exit 0', 0, null],
    ['exit 137', 137, null],
    ['exit 255', 255, null],
    ['kill -KILL $$', null, 'SIGKILL'],
    ['kill -TERM $$', null, 'SIGTERM'],
    ['kill -USR1 $$', null, 'SIGUSR1'],
  ])('tells how it ended: %s', async (cmd, exitCode, exitSignal) => {
    expect(await outcome(starter, shell(cmd))).toMatchObject({ exitCode, exitSignal });
  });

  it('has not ended while it is stopped', async () => {
    const { pid = 0, stdout, exited } = await starter.start(toStart(shell('echo x; kill -STOP $$; exit 5')));
    expect(String(await once(stdout, 'data'))).toBe('x\n');
    await expect.poll(() => readFileSync(`/proc/${pid}/stat`, 'latin1')).toContain(') T ');
    process.kill(pid, 'SIGCONT');
    expect(await exited).toMatchObject({ exitCode: 5 });
  });

  it.each([
    [{ program: '/no/such/program' }, 'ENOENT'],
    [{ cwd: '/no/such/folder' }, 'ENOENT'],
    [{ program: '/etc/passwd' }, 'EACCES'],
    [{ args: ['x'.repeat(200_000)] }, 'E2BIG'],
  ])('tells why it could not be started: %o', async (more, code) => {
    const start = async () => await (await starter.start(toStart(more))).exited;
    await expect(start()).rejects.toMatchObject({ code });
  });

  it.runIf(onLinux)('leads a session and a group of its own, with no signal ignored or blocked', async () => {
    const { pid, stdout } = await starter.start(
      toStart({ program: '/bin/cat', args: ['/proc/self/stat', '/proc/self/status'] }),
    );
    const [stat = '', ...status] = (await text(stdout)).split('\n');
    expect(
      stat
        .slice(stat.lastIndexOf(')') + 2)
        .split(' ')
        .slice(2, 4),
    ).toEqual([String(pid), String(pid)]);
    const signals = status.filter((line) => /^Sig(Ign|Blk)/.test(line)).map((line) => line.split('\t'));
    expect(signals).toEqual([
      ['SigBlk:', '0000000000000000'],
      ['SigIgn:', '0000000000000000'],
    ]);
  });

  it.runIf(onLinux)('has no open file of the worker, whatever else is started at the time', async () => {
    // Those that everything inherits here; the last is the folder that `ls` reads.
    const { stdout: inherited } = spawnSync('/bin/ls', ['/proc/self/fd'], { encoding: 'utf8' });
    expect(inherited).toContain('0\n1\n2\n');
    const all = Array.from({ length: 40 }, () => outcome(starter, { program: '/bin/ls', args: ['/proc/self/fd'] }));
    for (const { out } of await Promise.all(all)) expect(out).toBe(inherited);
  });

  it('shares nothing with others that run at the time, or ran before', async () => {
    const cmd = 'umask 000; cd /; echo "$OWN$FORMER"; export FORMER=1; echo "$OWN" >&2; exit "$CODE"';
    const all = Array.from({ length: 100 }, async (_, index) => {
      const env = { OWN: `value ${index}`, CODE: String(index) };
      return await outcome(starter, { ...shell(`umask; ${cmd}`), env });
    });
    const mask = process.umask().toString(8).padStart(4, '0');
    for (const [index, ended] of (await Promise.all(all)).entries()) {
      const out = `${mask}\nvalue ${index}\n`;
      expect(ended).toEqual({ out, err: `value ${index}\n`, exitCode: index, exitSignal: null });
    }
  });
});

describe.runIf(canHelp)('a start helper', () => {
  it('that is killed loses what it had begun, which is killed as well', async () => {
    const { helper, over } = await openHelper();
    const step = createShellExecutor({ starter: helper });
    const pidFile = join(scratch, 'lost-pid');
    const running = runBody(scratch, step, {
      type: 'shell',
      cmd: `setsid sh -c 'echo $$ > ${pidFile}.new; mv ${pidFile}.new ${pidFile}; exec sleep 1000'`,
    });
    await expect.poll(() => existsSync(pidFile), { timeout: 10_000 }).toBe(true);
    process.kill(helper.pid ?? 0, 'SIGKILL');
    expect(faultOf((await running).result)).toMatchObject({ code: 'process_lost', retryable: true });
    expect(await over).toContain('SIGKILL');
    await gone(Number(readFileSync(pidFile, 'utf8')));
    await expect(helper.start(toStart({}))).rejects.toBeInstanceOf(NotBegun);
  });

  it('that hangs begins nothing once its jobs are taken back, and still tells of what it had begun', async () => {
    const { helper, over } = await openHelper(300);
    const before = await helper.start(toStart(shell('sleep 1; exit 6')));
    process.kill(helper.pid ?? 0, 'SIGSTOP');
    const late = helper.start(toStart(shell('touch never')));
    await expect(late).rejects.toBeInstanceOf(NotBegun);
    expect(await over).toContain('in time');
    process.kill(helper.pid ?? 0, 'SIGCONT');
    expect(await before.exited).toMatchObject({ exitCode: 6 });
    await gone(helper.pid ?? 0);
    expect(existsSync(join(scratch, 'never'))).toBe(false);
  });

  it('takes what it runs along when its worker is killed, and its folder', async () => {
    const folder = join(scratch, 'of-a-worker');
    mkdirSync(folder);
    const module = fileURLToPath(new URL('start-helper.ts', import.meta.url));
    const perl = await lookUpProgram(['perl'], '/', process.env.PATH);
    const step = toStart(shell('sleep 1000'));
    const code = `
      const { StartHelper } = await import(${JSON.stringify(module)});
      const options = ${JSON.stringify({ perl, folder })};
      const ready = async () => {
        const { pid } = await helper.start(${JSON.stringify(step)});
        console.log(helper.pid + ' ' + pid);
      };
      const helper = new StartHelper({ ...options, ready, over: console.error });
      setInterval(() => {}, 1000);`;
    const worker = spawn(process.execPath, ['--input-type=module', '-e', code], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const pids = String((await once(worker.stdout, 'data'))[0])
      .trim()
      .split(' ')
      .map(Number);
    worker.kill('SIGKILL');
    for (const pid of pids) await gone(pid);
    await expect.poll(() => existsSync(folder)).toBe(false);
  });

  it('leaves its folder only while it lives', async () => {
    const { helper, folder } = await openHelper();
    expect(existsSync(folder)).toBe(true);
    await outcome(helper, shell('true'));
    await helper.end();
    expect([existsSync(folder), existsSync(`/proc/${helper.pid}`)]).toEqual([false, false]);
    await expect(helper.start(toStart({}))).rejects.toBeInstanceOf(NotBegun);
  });
});

describe.runIf(onLinux)('the starter of processes', () => {
  it.runIf(canHelp)('starts the first process directly, those after it by a helper', async () => {
    const starter = createProcessStarter();
    const parents = new Set<string>();
    const parent = async (): Promise<number> => parents.add((await outcome(starter, shell('echo $PPID'))).out).size;
    await expect.poll(parent, { timeout: 10_000 }).toBe(2);
    expect([...parents][0]).toBe(`${process.pid}\n`);
    await starter.end();
  });

  it('works without perl, and says so once', async () => {
    const told: string[] = [];
    const starter = createProcessStarter({ onTrouble: (message) => told.push(message), path: '/nowhere' });
    for (const code of [1, 2, 3])
      expect(await outcome(starter, shell(`exit ${code}`))).toMatchObject({ exitCode: code });
    await expect.poll(() => told).toEqual([expect.stringContaining('no perl')]);
    await starter.end();
  });

  it('works when its helpers end at once, and gives up after three', async () => {
    const told: string[] = [];
    mkdirSync(join(scratch, 'bin'));
    writeFileSync(join(scratch, 'bin/perl'), '#!/bin/sh\nexit 7\n', { mode: 0o755 });
    const starter = createProcessStarter({ onTrouble: (message) => told.push(message), path: join(scratch, 'bin') });
    await expect
      .poll(async () => [await outcome(starter, shell('exit 4')), told], { timeout: 10_000 })
      .toEqual([
        expect.objectContaining({ exitCode: 4 }),
        [expect.stringContaining('exit code 7'), expect.stringContaining('from now on')],
      ]);
    await starter.end();
  });
});
