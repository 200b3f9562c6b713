import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import type { OwnerOptions, OwnerReport } from './owner-program.ts';

export type OwnerProcess = Readonly<{
  report: OwnerReport;
  pid: number;
  send(line: 'stop' | 'leave'): void;
  signal(signal: NodeJS.Signals, target?: 'process' | 'group'): void;
  ended: Promise<void>;
}>;

const program = fileURLToPath(new URL('./owner-program.ts', import.meta.url));

/** Starts `owner-program.ts` in a process group of its own. */
export function launchOwner(options: OwnerOptions, uid?: number): ChildProcessByStdio<Writable, Readable, Readable> {
  return spawn(process.execPath, [program, JSON.stringify(options)], {
    cwd: '/',
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: true,
    env: { PATH: process.env.PATH, HOME: '/nonexistent' },
    ...(uid === undefined ? {} : { uid, gid: uid }),
  });
}

/** Starts `owner-program.ts` and waits for its report. */
export async function startOwner(options: OwnerOptions, uid?: number): Promise<OwnerProcess> {
  const child = launchOwner(options, uid);
  const ended = once(child, 'close').then(() => {});
  let errors = '';
  child.stderr.on('data', (chunk: Buffer) => {
    errors += chunk.toString('utf8');
  });
  for await (const line of createInterface({ input: child.stdout })) {
    const pid = child.pid ?? 0;
    return {
      report: JSON.parse(line) as OwnerReport,
      pid,
      send: (word) => child.stdin.write(`${word}\n`),
      signal: (signal, target = 'process') => process.kill(target === 'group' ? -pid : pid, signal),
      ended,
    };
  }
  await ended;
  throw new Error(`The owner process ended without a report: ${errors}`);
}
