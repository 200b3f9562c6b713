import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import type { ProcessStarter, ProcessToStart, StartedProcess } from './process-starter.ts';

/** Starts processes from this one. Each start copies the tables of all its memory, during which it does nothing else. */
export const startDirectly: ProcessStarter = {
  async start(process) {
    return started(spawnDetached(process));
  },
  async end() {},
};

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

function started(child: ChildProcess): StartedProcess {
  const { pid, stdout, stderr } = child;
  if (stdout === null || stderr === null) throw new TypeError('A process was started without its pipes.');
  const exited = new Promise<{ exitCode: number | null; exitSignal: string | null }>((resolve, reject) => {
    child.once('error', (cause) => {
      // A failed kill also arrives here; only a process that never started ends by it.
      if (child.pid === undefined) reject(cause);
    });
    child.once('exit', (exitCode, exitSignal) => resolve({ exitCode, exitSignal }));
  });
  return { pid, stdout, stderr, exited };
}
