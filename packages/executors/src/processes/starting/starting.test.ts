import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { canHelp, helpers, openHelper, waysToStart } from '../../../test/helped-starter.ts';
import { faultOf, runBody, scratchFolder } from '../../../test/step-harness.ts';
import { createShellExecutor } from '../../shell/create-shell-executor.ts';
import { createProcessStarter } from './create-process-starter.ts';
import { NotBegun } from './helped-process.ts';
import { NotPrepared, type OutputStream, type ProcessStarter, type ProcessToStart } from './process-starter.ts';
import { startDirectly } from './start-directly.ts';
import { readHelperReports } from './start-reports.ts';

const scratch = scratchFolder();
const onLinux = process.platform === 'linux';

let folders = 0;

const toStart = (more: Partial<ProcessToStart>): ProcessToStart => ({
  program: '/bin/sh',
  args: [],
  cwd: scratch,
  env: { PATH: process.env.PATH ?? '' },
  stdinFile: null,
  newFolders: [join(scratch, `own-${++folders}`)],
  spareFolder: null,
  newFiles: [],
  ...more,
});

/** Starts a process and gathers what it prints. */
async function begin(starter: ProcessStarter, more: Partial<ProcessToStart>) {
  const printed = { stdout: '', stderr: '' };
  const receive = (stream: OutputStream, bytes: Buffer): undefined => {
    printed[stream] += bytes.toString();
  };
  return { process: await starter.start(toStart(more), receive), printed };
}

/** What a process printed, and how it ended. */
async function outcome(starter: ProcessStarter, more: Partial<ProcessToStart>) {
  const { process, printed } = await begin(starter, more);
  const [exit] = await Promise.all([process.exited, process.outputEnded]);
  return { out: printed.stdout, err: printed.stderr, ...exit };
}

const shell = (cmd: string): Partial<ProcessToStart> => ({ args: ['-c', cmd] });

/** The folders and the file of a step; perhaps in a spare folder. */
function likeAStep(text = '{}', spareFolder: string | null = null) {
  const folder = join(scratch, `step-${++folders}`);
  return {
    cwd: folder,
    newFolders: [folder, join(folder, 'work'), join(folder, 'tmp')] as [string, ...string[]],
    newFiles: [{ path: join(folder, 'input.json'), text }],
    spareFolder,
  };
}

/** Whether a process left its folders clean. */
async function leavesClean(starter: ProcessStarter, cmd: string, step = likeAStep()): Promise<boolean> {
  const { process } = await begin(starter, { ...step, ...shell(cmd) });
  await Promise.all([process.exited, process.outputEnded]);
  return process.foldersClean;
}

/** The processes that this one is the parent of. */
const childrenOfThis = (): readonly string[] =>
  readdirSync('/proc').filter((pid) => {
    if (!/^\d+$/.test(pid)) return false;
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
      return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]) === process.pid;
    } catch {
      return false; // It has ended meanwhile.
    }
  });

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
    const { process: child, printed } = await begin(starter, shell('echo x; kill -STOP $$; exit 5'));
    const { pid = 0, exited } = child;
    await expect.poll(() => printed.stdout).toBe('x\n');
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
    const start = async () => await (await begin(starter, more)).process.exited;
    await expect(start()).rejects.toMatchObject({ code });
  });

  it('finds the folders and files that were to be made for it, which are for nobody else', async () => {
    const folder = join(scratch, `made-${++folders}`);
    const files = [
      { path: join(folder, 'a'), text: 'é\n"$HOME"' },
      { path: join(folder, 'in/b'), text: '' },
    ];
    const { out } = await outcome(starter, {
      ...shell('stat -c "%a %s %n" . in a in/b; cat'),
      cwd: folder,
      newFolders: [folder, join(folder, 'in')],
      newFiles: files,
      stdinFile: join(folder, 'a'),
    });
    const lines = out.split('\n').map((line) => line.replace(/ \d+ (\.|in)$/, ' $1'));
    expect(lines).toEqual(['700 .', '700 in', '600 10 a', '600 0 in/b', 'é', '"$HOME"']);
  });

  it('is not begun when its folders or files cannot be made', async () => {
    const folder = join(scratch, 'no/such');
    for (const more of [{ newFolders: ['/proc/no'] as const }, { newFiles: [{ path: join(folder, 'x'), text: '' }] }]) {
      const start = async () => await (await begin(starter, { ...shell('touch begun'), ...more })).process.exited;
      await expect(start()).rejects.toMatchObject({ cause: { code: 'ENOENT' } });
      await expect(start()).rejects.toBeInstanceOf(NotPrepared);
    }
    expect(existsSync(join(scratch, 'begun'))).toBe(false);
  });

  it('gets a spare folder in place of its own, with its own text in its file', async () => {
    const cmd = shell('pwd -P; cat input.json; echo; stat -c %a input.json; ls -A . work tmp');
    const first = likeAStep('{"long": "and secret"}');
    await outcome(starter, { ...first, ...cmd });
    for (const text of ['{}', '{"longer": "than the one that was there before"}']) {
      const next = likeAStep(text, first.cwd);
      const { out } = await outcome(starter, { ...next, ...cmd });
      const listed = '.:\ninput.json\ntmp\nwork\n\ntmp:\n\nwork:\n';
      expect(out).toBe(`${next.cwd}\n${text}\n600\n${listed}`);
      expect(existsSync(first.cwd)).toBe(false);
      first.cwd = next.cwd;
    }
  });

  it('gets a folder of its own where the spare one, or a part of it, is gone', async () => {
    const whole = likeAStep('{}', join(scratch, 'no/such'));
    expect(await outcome(starter, { ...whole, ...shell('ls -A') })).toMatchObject({ out: 'input.json\ntmp\nwork\n' });
    rmSync(join(whole.cwd, 'work'), { recursive: true });
    const part = likeAStep('{}', whole.cwd);
    expect(await outcome(starter, { ...part, ...shell('ls -A') })).toMatchObject({ out: 'input.json\ntmp\nwork\n' });
  });

  it.runIf(onLinux)('leads a session and a group of its own, with no signal ignored or blocked', async () => {
    const { process: child, printed } = await begin(starter, {
      program: '/bin/cat',
      args: ['/proc/self/stat', '/proc/self/status'],
    });
    await child.outputEnded;
    const { pid } = child;
    const [stat = '', ...status] = printed.stdout.split('\n');
    expect(
      stat
        .slice(stat.lastIndexOf(')') + 2)
        .split(' ')
        .slice(2, 4),
    ).toEqual([String(pid), String(pid)]);
    // 32 and 33 are the C library's own: no program can name them, and its `posix_spawn` always leaves them ignored.
    const own = 0b11n << 31n;
    const signals = status
      .filter((line) => /^Sig(Ign|Blk)/.test(line))
      .map((line) => line.split('\t'))
      .map(([what, mask]) => [what, BigInt(`0x${mask}`) & ~own]);
    expect(signals).toEqual([
      ['SigBlk:', 0n],
      ['SigIgn:', 0n],
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

describe.each(helpers)('a start helper in $language', ({ program }) => {
  it('that is killed loses what it had begun, which is killed as well', async () => {
    const { helper, over } = await openHelper(program);
    const step = createShellExecutor({ starter: helper });
    const pidFile = join(scratch, `lost-pid-${++folders}`);
    const running = runBody(scratch, step, {
      type: 'shell',
      cmd: `setsid sh -c 'echo $$ > ${pidFile}.new; mv ${pidFile}.new ${pidFile}; exec sleep 1000'`,
    });
    await expect.poll(() => existsSync(pidFile), { timeout: 10_000 }).toBe(true);
    process.kill(helper.pid ?? 0, 'SIGKILL');
    expect(faultOf((await running).result)).toMatchObject({ code: 'process_lost', retryable: true });
    expect(await over).toContain('SIGKILL');
    await gone(Number(readFileSync(pidFile, 'utf8')));
    await expect(begin(helper, {})).rejects.toBeInstanceOf(NotBegun);
  });

  it('that hangs begins nothing once its jobs are taken back, and still tells of what it had begun', async () => {
    const { helper, over } = await openHelper(program, 300);
    const { process: before } = await begin(helper, shell('sleep 1; exit 6'));
    process.kill(helper.pid ?? 0, 'SIGSTOP');
    const spare = likeAStep();
    mkdirSync(spare.cwd);
    const moved = likeAStep('{}', spare.cwd);
    const late = [begin(helper, shell('touch never')), begin(helper, { ...moved, ...shell('touch ../never') })];
    for (const each of late) await expect(each).rejects.toBeInstanceOf(NotBegun);
    expect([existsSync(spare.cwd), readdirSync(moved.cwd)]).toEqual([false, []]);
    expect(await over).toContain('in time');
    process.kill(helper.pid ?? 0, 'SIGCONT');
    expect(await before.exited).toMatchObject({ exitCode: 6 });
    await gone(helper.pid ?? 0);
    expect(existsSync(join(scratch, 'never'))).toBe(false);
  });

  it('tells of folders that a process left as they were, and of no others', async () => {
    const { helper } = await openHelper(program);
    for (const cmd of [
      'true',
      'exit 3',
      'kill -9 $$',
      'touch work/x tmp/x; rm */x',
      'cd work; echo changed > ../input.json',
    ]) {
      expect([cmd, await leavesClean(helper, cmd)]).toEqual([cmd, true]);
    }
    for (const cmd of [
      'touch work/x',
      'touch tmp/.x',
      'echo 1 > output.json',
      'mkdir work/in',
      'chmod 750 work',
      'chmod 600 .',
      'chmod 644 input.json',
      'ln input.json ../linked-$$',
      'ln -sf /etc/hostname input.json',
      'rm input.json',
      'rmdir tmp',
    ]) {
      expect([cmd, await leavesClean(helper, cmd)]).toEqual([cmd, false]);
    }
  });

  it('notices whatever becomes of a clean folder before it is passed on, and after', async () => {
    const { helper } = await openHelper(program);
    const clean = async () => {
      const step = likeAStep();
      expect(await leavesClean(helper, 'true', step)).toBe(true);
      return step.cwd;
    };
    const listed = async (spare: string) => {
      const step = likeAStep('{}', spare);
      const { out } = await outcome(helper, { ...step, ...shell('ls -A; cat input.json') });
      return { out, step };
    };
    const without = await clean();
    rmSync(join(without, 'tmp'), { recursive: true });
    rmSync(join(without, 'input.json'));
    const { out, step } = await listed(without);
    expect(out).toBe('input.json\ntmp\nwork\n{}');
    for (const cmd of ['true', 'touch work/x', 'mv work old; mkdir -m 700 work', 'mv "$PWD" ../gone']) {
      const spare = await clean();
      const clear = await leavesClean(helper, 'true', likeAStep('{}', spare));
      const again = likeAStep('{}', await clean());
      expect([clear, cmd, await leavesClean(helper, cmd, again)]).toEqual([true, cmd, cmd === 'true']);
    }
    expect(await leavesClean(helper, 'touch x', likeAStep('{}', step.cwd))).toBe(false);
  });

  it('wipes what the file of a clean folder told', async () => {
    const { helper } = await openHelper(program);
    const step = likeAStep('{"token": "secret"}');
    expect(await leavesClean(helper, 'true', step)).toBe(true);
    expect(readFileSync(join(step.cwd, 'input.json'), 'utf8').trim()).toBe('');
  });

  it('calls no folder clean while something runs that a process left behind', async () => {
    const { helper } = await openHelper(program);
    const pidFile = join(scratch, `left-pid-${++folders}`);
    const left = `setsid sh -c 'echo $$ > ${pidFile}.new; mv ${pidFile}.new ${pidFile}; exec sleep 1000' > /dev/null 2>&1 &`;
    expect(await leavesClean(helper, `${left} until [ -e ${pidFile} ]; do sleep 0.01; done`)).toBe(false);
    expect(await leavesClean(helper, 'true')).toBe(false);
    process.kill(Number(readFileSync(pidFile, 'utf8')), 'SIGKILL');
    await expect.poll(() => leavesClean(helper, 'true')).toBe(true);
  });

  it('takes what it runs along when its worker is killed', async () => {
    const module = fileURLToPath(new URL('start-helper.ts', import.meta.url));
    const step = toStart(shell('sleep 1000'));
    const code = `
      const { StartHelper } = await import(${JSON.stringify(module)});
      const ready = async () => {
        const { pid } = await helper.start(${JSON.stringify(step)}, () => {});
        console.log(helper.pid + ' ' + pid);
      };
      const helper = new StartHelper({ ...${JSON.stringify(program)}, ready, over: console.error });
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
  });

  it('that was ended starts nothing', async () => {
    const { helper } = await openHelper(program);
    await outcome(helper, shell('true'));
    await helper.end();
    expect(existsSync(`/proc/${helper.pid}`)).toBe(false);
    await expect(begin(helper, {})).rejects.toBeInstanceOf(NotBegun);
  });

  it('passes on much output of several processes, each to its own, and waits for those that take it slowly', async () => {
    const { helper } = await openHelper(program);
    const size = 3_000_000;
    const sums = Array.from({ length: 4 }, async (_, index) => {
      let open = 0;
      let bytes = 0;
      const letter = 'abcd'.charCodeAt(index);
      const cmd = `head -c ${size} /dev/zero | tr '\\0' ${'abcd'[index]}; echo end >&2`;
      const process = await helper.start(toStart(shell(cmd)), (stream, piece) => {
        expect(open).toBe(0);
        if (stream === 'stdout') {
          expect(piece.every((byte) => byte === letter)).toBe(true);
          bytes += piece.length;
        }
        if (index % 2 === 0) return undefined;
        open++;
        return new Promise((resolve) =>
          setImmediate(() => {
            open--;
            resolve();
          }),
        );
      });
      await process.outputEnded;
      return bytes;
    });
    expect(await Promise.all(sums)).toEqual([size, size, size, size]);
  });

  it('reads no more of a process than its window while nothing is received, and the process waits', async () => {
    const { helper } = await openHelper(program);
    const room = Promise.withResolvers<void>();
    let received = 0;
    const child = await helper.start(toStart(shell('head -c 2000000 /dev/zero')), (_stream, piece) => {
      received += piece.length;
      return room.promise;
    });
    // Another one is not held up by it.
    expect(await outcome(helper, shell('echo other'))).toMatchObject({ out: 'other\n', exitCode: 0 });
    const written = (): number => {
      const [, bytes = '0'] = /wchar: (\d+)/.exec(readFileSync(`/proc/${helper.pid}/io`, 'latin1')) ?? [];
      return Number(bytes);
    };
    await expect.poll(written).toBeGreaterThan(4 * 65_536);
    expect(written()).toBeLessThan(8 * 65_536);
    room.resolve();
    await child.outputEnded;
    expect([await child.exited, received]).toEqual([{ exitCode: 0, exitSignal: null }, 2_000_000]);
  });

  it('runs a text that names no interpreter by sh, as everybody does', async () => {
    const { helper } = await openHelper(program);
    const file = join(scratch, `text-${++folders}`);
    writeFileSync(file, 'echo "$0 $1"; exit 3\n', { mode: 0o755 });
    const ended = { out: `${file} x\n`, err: '', exitCode: 3, exitSignal: null };
    expect(await outcome(helper, { program: file, args: ['x'] })).toEqual(ended);
    expect(await outcome(startDirectly, { program: file, args: ['x'] })).toEqual(ended);
  });

  it('lets go of output that is not wanted any more, and kills what is left of the group', async () => {
    const { helper } = await openHelper(program);
    const { process: child, printed } = await begin(helper, shell('sleep 1000 & echo $!'));
    await expect.poll(() => printed.stdout).toMatch(/\d+\n/);
    expect(await child.exited).toEqual({ exitCode: 0, exitSignal: null });
    child.closeOutput();
    await child.outputEnded;
    await gone(Number(printed.stdout));
  });
});

describe('the reports of a start helper', () => {
  it('are understood however they are cut', () => {
    const told: string[] = [];
    const read = readHelperReports({
      line: ([what = '']) => told.push(what),
      output: (_job, stream) => told.push(stream),
    });
    read(Buffer.from('started 1 77\nout 1 3\nab\n'));
    for (const byte of Buffer.from('closed 1\nerr 2 2\nxyended 1 0 0\n')) read(Buffer.of(byte));
    expect(told).toEqual(['started', 'stdout', 'closed', 'stderr', 'stderr', 'ended']);
  });
});

describe.runIf(onLinux)('the starter of processes', () => {
  it.runIf(canHelp)('starts a single process directly, without bringing a helper', async () => {
    const starter = createProcessStarter();
    const before = childrenOfThis();
    await outcome(starter, shell('true'));
    expect(childrenOfThis()).toEqual(before);
    await outcome(starter, shell('true'));
    expect(childrenOfThis()).toHaveLength(before.length + 1);
    await starter.end();
  });

  it.runIf(canHelp)('starts the first process directly, those after it by a helper', async () => {
    const starter = createProcessStarter();
    const parents = new Set<string>();
    const parent = async (): Promise<number> => parents.add((await outcome(starter, shell('echo $PPID'))).out).size;
    await expect.poll(parent, { timeout: 10_000 }).toBe(2);
    expect([...parents][0]).toBe(`${process.pid}\n`);
    await starter.end();
  });

  it('works without a helper, and says so once', async () => {
    const told: string[] = [];
    const starter = createProcessStarter({ onTrouble: (message) => told.push(message), path: '/nowhere' });
    for (const code of [1, 2, 3])
      expect(await outcome(starter, shell(`exit ${code}`))).toMatchObject({ exitCode: code });
    await expect.poll(() => told).toEqual([expect.stringContaining('no python3 or perl')]);
    await starter.end();
  });

  it.runIf(canHelp)('takes another program as a helper where one never gets ready, without a word', async () => {
    const told: string[] = [];
    const path = join(scratch, 'old-python');
    mkdirSync(path);
    // A program that is none of ours, so it ends at once; and what the machine has.
    symlinkSync('/bin/false', join(path, 'python3'));
    const starter = createProcessStarter({ onTrouble: (message) => told.push(message), path: `${path}:/usr/bin:/bin` });
    const parent = async () => (await outcome(starter, shell('cat /proc/$PPID/comm'))).out;
    await expect.poll(parent, { timeout: 10_000 }).toBe('perl\n');
    expect(told).toEqual([]);
    await starter.end();
  });

  it('pauses after three helpers in a row that ended at once, and then tries another one', async () => {
    const told: string[] = [];
    mkdirSync(join(scratch, 'bin'));
    writeFileSync(join(scratch, 'bin/perl'), '#!/bin/sh\necho x >> "$0.tries"\nexit 7\n', { mode: 0o755 });
    const tries = (): number => readFileSync(join(scratch, 'bin/perl.tries'), 'utf8').length / 2;
    let now = 0;
    const starter = createProcessStarter({
      onTrouble: (message) => told.push(message),
      path: join(scratch, 'bin'),
      clock: () => now,
    });
    const start = async () => [await outcome(starter, shell('exit 4')), told.length];
    await expect.poll(start, { timeout: 10_000 }).toEqual([expect.objectContaining({ exitCode: 4 }), 2]);
    expect(told).toEqual([expect.stringContaining('exit code 7'), expect.stringContaining('for 1 min')]);
    expect(tries()).toBe(3);
    now = 59_999;
    await start();
    now = 60_000;
    await expect.poll(start, { timeout: 10_000 }).toEqual([expect.anything(), 3]);
    expect([told[2], tries()]).toEqual([expect.stringContaining('for 2 min'), 4]);
    await starter.end();
  });

  it.runIf(canHelp)('never counts losses that a helper made up for by its work', async () => {
    const told: string[] = [];
    const starter = createProcessStarter({ onTrouble: (message) => told.push(message), clock: () => 0 });
    const parents = new Set<number>();
    const parentOf = async (): Promise<number> => Number((await outcome(starter, shell('echo $PPID'))).out);
    for (let loss = 0; loss < 4; loss++) {
      let parent = process.pid;
      await expect
        .poll(
          async () => {
            parent = await parentOf();
            return parent !== process.pid && !parents.has(parent);
          },
          { timeout: 10_000 },
        )
        .toBe(true);
      parents.add(parent);
      for (let at = 0; at < 50; at++) await parentOf();
      process.kill(parent, 'SIGKILL');
      await gone(parent);
    }
    expect(told.every((message) => message.includes('Another one follows'))).toBe(true);
    await starter.end();
  });
});
