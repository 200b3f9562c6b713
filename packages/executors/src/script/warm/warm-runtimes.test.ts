import {
  closeSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import type { ScriptBody } from '@millrace/core';
import { afterAll, describe, expect, it } from 'vitest';
import { assignmentOf, faultOf, makeStep, scratchFolder } from '../../../test/step-harness.ts';
import { lookUpProgram } from '../../processes/find-program.ts';
import { killMarkedProcesses } from '../../processes/marked-processes.ts';
import { startDirectly } from '../../processes/starting/start-directly.ts';
import { outputMarker } from '../../processes/step-environment.ts';
import { createScriptExecutor } from '../create-script-executor.ts';
import { runtimeNamed } from '../runtimes.ts';
import { WarmRuntimes } from './warm-runtimes.ts';

const scratch = scratchFolder();
/** Of the system, since those of version managers are wrappers, which are never warm. */
const path = '/usr/local/bin:/usr/bin:/bin';
const python = process.platform === 'linux' ? lookUpProgram(['python3'], '/', path) : null;
const environment = { PATH: path, HOME: '/', LANG: 'C.UTF-8' };

const warm = createScriptExecutor();
afterAll(() => warm.end?.());

type More = Readonly<{ keys?: Partial<ScriptBody>; files?: Readonly<Record<string, string>>; input?: object }>;

/** Runs Python code, in the usual way or in a server, and gives all that can be seen of it. */
async function run(executor: typeof warm, code: string, { keys = {}, files = {}, input = {} }: More = {}) {
  const source = keys.entrypoint === undefined ? { code } : {};
  const usual = { type: 'script', runtime: 'python', input_via: 'stdin', output_format: 'text' } as const;
  const body = { ...usual, ...source, ...keys };
  const step = makeStep(scratch, assignmentOf(body, { ...input }), { environment });
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(step.context.workDir, name)), { recursive: true });
    writeFileSync(join(step.context.workDir, name), text);
  }
  const { durationMs: _, ...result } = await executor.execute(step.context);
  const general = (text: string) => text.replaceAll(dirname(step.context.workDir), '/FOLDER');
  const fields = { result, stdout: step.text('stdout'), stderr: step.text('stderr') };
  return { step, seen: JSON.parse(general(JSON.stringify(fields))) as typeof fields };
}

const parent = 'import os; print(open(f"/proc/{os.getppid()}/cmdline").read())';
const isWarm = async (executor = warm, more: More = {}): Promise<boolean> =>
  (await run(executor, parent, more)).seen.stdout.includes('python-server.py');

const cold = (code: string, more?: More) => run(createScriptExecutor(), code, more);

/** All that a process could write to. */
function memoryOf(pid: number): Buffer {
  const regions = readFileSync(`/proc/${pid}/maps`, 'latin1').matchAll(/^([0-9a-f]+)-([0-9a-f]+) rw/gm);
  const memory = openSync(`/proc/${pid}/mem`, 'r');
  const pieces = [...regions].map(([, from, to]) => {
    const start = BigInt(`0x${from}`);
    const piece = Buffer.alloc(Number(BigInt(`0x${to}`) - start));
    readSync(memory, piece, 0, piece.length, start);
    return piece;
  });
  closeSync(memory);
  return Buffer.concat(pieces);
}

const gone = async (pid: number): Promise<void> => {
  await expect
    .poll(() => existsSync(`/proc/${pid}`) && !readFileSync(`/proc/${pid}/stat`, 'latin1').includes(') Z '), {
      timeout: 10_000,
    })
    .toBe(false);
};

describe.runIf(python !== null)('a warm Python', () => {
  it('is there from some script on', async () => {
    expect(await isWarm()).toBe(false);
    await expect.poll(() => isWarm(), { timeout: 20_000 }).toBe(true);
  });

  it.each([
    [
      'its surroundings',
      'import os, sys; print(sys.argv, __name__, __file__, sys.path, os.getcwd(), sorted(globals()))',
    ],
    ['its environment', 'import os; print(sorted((k, v) for k, v in os.environ.items() if k != "LC_CTYPE"))'],
    [
      'its flags',
      'import sys; print(sys.flags, sys.executable, sys.stdout.encoding, sys.stdin.newlines, sys.orig_argv)',
    ],
    [
      'its session and signals',
      'import os, signal; print(os.getsid(0) == os.getpid(), os.getpgrp() == os.getpid(), [signal.getsignal(s) for s in (17, 13, 15)], open("/proc/self/status").read().split("SigQ")[1].split("\\n")[2:5])',
    ],
    ['its standard input', 'import sys; print(sys.stdin.read()); sys.stdin.seek(0); print(sys.stdin.buffer.read())'],
    ['text that is no ASCII', 'print("é🚀"); import sys; print("ü", file=sys.stderr)'],
    ['an exit code', 'raise SystemExit(7)'],
    ['an exit text', 'import sys; sys.exit("no way")'],
    [
      'an exception',
      'def f():\n  raise ValueError("no")\ntry:\n  f()\nexcept ValueError as e:\n  raise KeyError("k") from e',
    ],
    ['a wrong syntax', 'print(1)\nprint(('],
    ['an end without clean-up', 'import os; print("x", flush=True); os._exit(4)'],
    ['a signal', 'import os; os.kill(os.getpid(), 9)'],
    [
      'work at its end',
      'import atexit, threading; atexit.register(print, "bye"); threading.Timer(0.01, print, ["late"]).start()',
    ],
    [
      'its modules',
      'import json, re, subprocess; print(subprocess.run(["sh", "-c", "echo $MILLRACE_OUTPUT"], capture_output=True))',
    ],
    [
      'other processes',
      'import multiprocessing as m\nif __name__ == "__main__":\n  c = m.get_context("spawn")\n  p = c.Process(target=print, args=("in",)); p.start(); p.join(); print(p.exitcode)',
    ],
    ['its output file', 'import os, json; json.dump({"a": 1}, open(os.environ["MILLRACE_OUTPUT"], "w"))'],
  ])('runs a script as one that is started for it: %s', async (_what, code) => {
    const input = { text: 'é', list: [1, 2] };
    const [usual, here] = [await cold(code, { input }), await run(warm, code, { input })];
    expect(here.seen).toEqual(usual.seen);
    expect(await isWarm()).toBe(true);
  });

  it('has no other file open', async () => {
    const { seen } = await run(warm, 'import os; print(os.listdir("/proc/self/fd"))');
    // The last is the folder that is listed.
    expect(seen.stdout).toBe("['0', '1', '2', '3']\n");
  });

  it('imports the neighbours of its script, also where they are named as what is loaded already', async () => {
    const keys = { entrypoint: 'jobs/main.py', args: ['a'] };
    const files = {
      'jobs/main.py': 'import json, near, sys; print(json.mine, near.name, sys.argv)',
      'jobs/json.py': 'mine = True',
      'jobs/near.py': 'name = "near"',
    };
    const more = { keys, files };
    const [usual, here] = [await cold('', more), await run(warm, '', more)];
    expect(usual.seen.stdout).toContain('True near');
    expect(here.seen).toEqual(usual.seen);
  });

  it('keeps nothing of a script for the next one', async () => {
    const spoil = `
import builtins, json, os, sys, signal
print("." * 500 + "secret-" + "in-output")
builtins.print = None; json.dumps = None; sys.path.insert(0, "/spoiled"); os.environ["SPOILED"] = "1"
signal.signal(signal.SIGTERM, signal.SIG_IGN); os.umask(0o777); os.chdir("/"); sys.dont_write_bytecode = True`;
    await run(warm, spoil, { input: { password: 'secret-in-input' }, keys: { env: { TOKEN: 'secret-in-env' } } });
    const look = `
import json, os, signal, sys
print(json.dumps([os.getppid(), "/spoiled" in sys.path, "SPOILED" in os.environ, signal.getsignal(15), os.umask(0), sys.dont_write_bytecode]))`;
    const { seen } = await run(warm, look);
    const [server, ...state] = JSON.parse(seen.stdout) as [number, ...unknown[]];
    expect(state).toEqual([false, false, 0, process.umask(), false]);
    // What later scripts are forks of.
    expect(memoryOf(server).includes('PYTHONUNBUFFERED')).toBe(true);
    for (const word of ['output', 'input', 'env']) expect(memoryOf(server).includes(`secret-in-${word}`)).toBe(false);
  });

  it('lets the processes of an attempt be found by its marker alone, also those that only forked', async () => {
    const code = `
import os, time
child = os.fork()
if child == 0:
    os.setsid()
    for each in (0, 1, 2): os.close(each)
    time.sleep(1000)
print(child)
`;
    const { step } = await run(warm, code);
    const child = step.text('stdout').trim();
    expect(existsSync(`/proc/${child}`)).toBe(true);
    expect(await killMarkedProcesses(outputMarker('/nobody'))).toBe(0);
    expect(await killMarkedProcesses(outputMarker(step.context.tempDir))).toBe(1);
    await gone(Number(child));
  });

  it('that is killed takes its script along, and the next one is started in the usual way', async () => {
    const executor = createScriptExecutor();
    await expect.poll(() => isWarm(executor), { timeout: 20_000 }).toBe(true);
    const { seen } = await run(executor, 'import os, time; os.kill(os.getppid(), 9); print("x"); time.sleep(1000)');
    expect(faultOf({ ...seen.result, durationMs: 0 })).toMatchObject({ code: 'process_lost', retryable: true });
    expect(await isWarm(executor)).toBe(false);
    await executor.end?.();
  });

  it('is not used where a script asks for another start', async () => {
    for (const [name, value] of [
      ['PYTHONPATH', '/x'],
      ['LD_LIBRARY_PATH', '/x'],
      ['HOME', '/x'],
    ] as const) {
      expect(await isWarm(warm, { keys: { env: { [name]: value } } })).toBe(false);
    }
    expect(await isWarm(warm, { keys: { env: { TOKEN: 'x' } } })).toBe(true);
  });
});

describe.runIf(python !== null)('the servers of interpreters', () => {
  const runtime = runtimeNamed('python');
  const env = { ...environment, ...runtime.env };

  /** A set of servers whose time is set, and a question for one until it answers. */
  function open() {
    const time = { now: 0 };
    const servers = new WarmRuntimes({ starter: startDirectly, clock: () => time.now });
    const has = (program: string): boolean =>
      servers.starterFor({ runtime, program, base: environment, env }) !== undefined;
    return {
      time,
      servers,
      has,
      untilWarm: (program: string) => expect.poll(() => has(program), { timeout: 20_000 }).toBe(true),
    };
  }

  it('end after a while without scripts, and after a long while with them', async () => {
    const { time, servers, has, untilWarm } = open();
    const program = python ?? '';
    await untilWarm(program);
    time.now = 299_999;
    expect(has(program)).toBe(true);
    servers.sweep();
    expect(has(program)).toBe(true);
    time.now = 300_000;
    expect(has(program)).toBe(false);
    await untilWarm(program);
    time.now += 60_000;
    servers.sweep();
    expect(has(program)).toBe(false);
    await servers.end();
  });

  it('are none for a wrapper, nor for an interpreter that has changed', async () => {
    const { servers, has, untilWarm } = open();
    const wrapper = join(scratch, 'wrapper');
    writeFileSync(wrapper, `#!/bin/sh\nexec ${python} "$@"\n`, { mode: 0o755 });
    expect([has(wrapper), has(wrapper), has(wrapper)]).toEqual([false, false, false]);
    const copy = join(scratch, 'python3');
    copyFileSync(python ?? '', copy);
    await untilWarm(copy);
    utimesSync(copy, 1, 1);
    expect(has(copy)).toBe(false);
    await servers.end();
    expect(has('/no/such')).toBe(false);
  });
});
