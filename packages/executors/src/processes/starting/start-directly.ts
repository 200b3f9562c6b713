import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, writeFileSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { makeFirstFolder } from './make-first-folder.ts';
import { signalGroup } from './process-group.ts';
import {
  NotPrepared,
  type OutputStream,
  type ProcessExit,
  type ProcessStarter,
  type ProcessToStart,
  type ReceiveOutput,
  type StartedProcess,
} from './process-starter.ts';

/** Starts processes from this one. Each start copies the tables of all its memory, during which it does nothing else. */
export const startDirectly: ProcessStarter = {
  async start(process, receive) {
    prepare(process);
    return started(spawnDetached(process), receive);
  },
  async end() {},
};

function prepare(process: ProcessToStart): void {
  const [, ...inside] = process.newFolders;
  try {
    // Of a process that was taken back from a helper the first one is there already.
    makeUnlessThere(() => makeFirstFolder(process));
    for (const folder of inside) makeUnlessThere(() => mkdirSync(folder, { mode: 0o700 }));
    for (const { path, text } of process.newFiles) writeFileSync(path, text, { mode: 0o600 });
  } catch (cause) {
    throw new NotPrepared((cause as Error).message, { cause });
  }
}

function makeUnlessThere(make: () => void): void {
  try {
    make();
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'EEXIST') throw cause;
  }
}

function spawnDetached({ program, args, cwd, env, stdinFile }: ProcessToStart): ChildProcess {
  const stdin = stdinFile === null ? null : openSync(stdinFile, 'r');
  try {
    return spawn(program, args, {
      cwd,
      env,
      detached: true,
      stdio: [stdin ?? 'ignore', 'pipe', 'pipe'],
      windowsHide: true,
    });
  } finally {
    if (stdin !== null) closeSync(stdin);
  }
}

function started(child: ChildProcess, receive: ReceiveOutput): StartedProcess {
  const { pid, stdout, stderr } = child;
  if (stdout === null || stderr === null) throw new TypeError('A process was started without its pipes.');
  const exited = new Promise<ProcessExit>((resolve, reject) => {
    child.once('error', (cause) => {
      // A failed kill also arrives here; only a process that never started ends by it.
      if (child.pid === undefined) reject(cause);
    });
    child.once('exit', (exitCode, exitSignal) => resolve({ exitCode, exitSignal }));
  });
  const streams = Promise.all([pump(stdout, 'stdout', receive), pump(stderr, 'stderr', receive)]);
  return {
    pid,
    // Who would have to find out is this process, for which that is work as well.
    foldersClean: false,
    exited,
    outputEnded: streams.then(() => {}),
    closeOutput() {
      stdout.destroy();
      stderr.destroy();
    },
    killGroup: () => signalGroup(pid, 'SIGKILL'),
  };
}

/** Passes a stream on and waits whenever the receiver is full. Resolves when the stream is over, however it ends. */
function pump(stream: Readable, name: OutputStream, receive: ReceiveOutput): Promise<void> {
  return new Promise((resolve) => {
    const goOn = (): void => void stream.resume();
    stream.on('data', (bytes: Buffer) => {
      const full = receive(name, bytes);
      if (full === undefined) return;
      stream.pause();
      full.then(goOn, goOn);
    });
    stream.once('error', () => resolve());
    stream.once('close', () => resolve());
  });
}
