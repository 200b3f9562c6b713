import { spawn } from 'node:child_process';
import type { Account } from './account.ts';

export type ProgramResult = Readonly<
  | { kind: 'exited'; code: number | null; signal: NodeJS.Signals | null; output: string }
  | { kind: 'not_started'; error: Error }
>;

const maxOutputBytes = 256 * 1024;

/**
 * The environment of every PostgreSQL process: nothing of ours leaks in (PGDATA, PGPORT, secrets), messages are
 * English, since we match a few of them, and no locale package is needed.
 */
export const programEnvironment: Readonly<Record<string, string>> = {
  PATH: process.env.PATH ?? '/usr/local/bin:/usr/bin:/bin',
  LC_ALL: 'C',
  TZ: 'UTC',
};

/** The spawn options that make a child run as `account`; supplementary groups are dropped with the change. */
export function runAs(account: Account | undefined): { uid?: number; gid?: number } {
  return account === undefined ? {} : { uid: account.uid, gid: account.gid };
}

/** Runs a program to its end and returns its exit and the first 256 kB of both outputs; it never throws. */
export function runProgram(
  file: string,
  args: readonly string[],
  options: { account: Account | undefined; cwd: string; stdin?: number | string; timeoutMs: number },
): Promise<ProgramResult> {
  return new Promise((resolve) => {
    let output = '';
    const stdin = typeof options.stdin === 'string' ? 'pipe' : (options.stdin ?? 'ignore');
    const child = spawn(file, args, {
      cwd: options.cwd,
      env: programEnvironment,
      stdio: [stdin, 'pipe', 'pipe'],
      timeout: options.timeoutMs,
      killSignal: 'SIGKILL',
      ...runAs(options.account),
    });
    const collect = (chunk: Buffer) => {
      if (output.length < maxOutputBytes) output += chunk.toString('utf8');
    };
    child.stdout?.on('data', collect);
    child.stderr?.on('data', collect);
    child.stdin?.on('error', () => {}); // The program may end before it reads all: its exit code tells the story.
    if (typeof options.stdin === 'string') child.stdin?.end(options.stdin);
    child.once('error', (error) => resolve({ kind: 'not_started', error }));
    child.once('close', (code, signal) => resolve({ kind: 'exited', code, signal, output }));
  });
}
