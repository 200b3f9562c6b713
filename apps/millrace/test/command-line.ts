import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { bundleWhenStale } from '../build/bundle-when-stale.ts';

const millrace = fileURLToPath(new URL('../bin/millrace.mjs', import.meta.url));

// These tests start the command hundreds of times.
await bundleWhenStale();

export type Ended = Readonly<{ exit: number | null; signal: string | null; stdout: string; stderr: string }>;
export type Running = Readonly<{
  child: ChildProcessByStdio<Writable, Readable, Readable>;
  /** Resolves with the match as soon as stdout or stderr holds it; rejects when the process ends without. */
  says(pattern: RegExp): Promise<RegExpExecArray>;
  ended: Promise<Ended>;
}>;
type Where = Readonly<{ cwd?: string; env?: Readonly<Record<string, string>>; input?: string }>;

/** Settings of whoever runs the tests must not change what they see. */
const neutral = {
  MILLRACE_URL: '',
  MILLRACE_TOKEN: '',
  MILLRACE_WORKSPACE: '',
  MILLRACE_API_URL: '',
  MILLRACE_API_TOKEN: '',
  NO_COLOR: '1',
  FORCE_COLOR: '',
  CI: '',
  /** Nobody is signed in anywhere. */
  XDG_CONFIG_HOME: join(tmpdir(), 'millrace-tests-without-logins'),
};

/** Starts the real command. */
export function start(args: readonly string[], where: Where = {}): Running {
  const env: Record<string, string> = { ...process.env, ...neutral, ...where.env } as Record<string, string>;
  for (const [name, value] of Object.entries(env)) if (value === '') delete env[name];
  const child = spawn(process.execPath, [millrace, ...args], {
    cwd: where.cwd ?? tmpdir(),
    env,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  const waiting = new Set<() => void>();
  child.stdin.on('error', () => undefined);
  child.stdin.end(where.input ?? '');
  child.stdout.on('data', (data: Buffer) => {
    stdout += data.toString();
    for (const look of waiting) look();
  });
  child.stderr.on('data', (data: Buffer) => {
    stderr += data.toString();
    for (const look of waiting) look();
  });
  const ended = new Promise<Ended>((resolve) => {
    child.on('close', (exit, signal) => resolve({ exit, signal, stdout, stderr }));
  });
  return {
    child,
    ended,
    says(pattern) {
      return new Promise((resolve, reject) => {
        const look = (): void => {
          const found = pattern.exec(stdout) ?? pattern.exec(stderr);
          if (found === null) return;
          waiting.delete(look);
          resolve(found);
        };
        waiting.add(look);
        look();
        ended.then(({ exit, signal }) => {
          reject(new Error(`ended (${exit ?? signal}) without ${pattern}:\n${stdout}\n${stderr}`));
        });
      });
    },
  };
}

/** Runs the real command to its end. */
export const run = (args: readonly string[], where: Where = {}): Promise<Ended> => start(args, where).ended;

export type Scratch = Readonly<{
  path: string;
  /** Writes a file below the folder and gives its path. */
  write(name: string, content: string): string;
  remove(): void;
}>;

export function makeScratch(): Scratch {
  const path = mkdtempSync(join(tmpdir(), 'millrace-cli-'));
  return {
    path,
    write(name, content) {
      const absolute = join(path, name);
      mkdirSync(dirname(absolute), { recursive: true });
      writeFileSync(absolute, content);
      return absolute;
    },
    remove: () => rmSync(path, { recursive: true, force: true }),
  };
}
