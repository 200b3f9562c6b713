import { spawn } from 'node:child_process';
import { closeSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import type { Binaries } from './binaries.ts';
import { clusterArgument } from './cluster.ts';
import { systemErrorCode } from './embedded-postgres-error.ts';
import { readPostmasterFile } from './postmaster-file.ts';
import { programEnvironment, runAs } from './run-program.ts';
import type { ServerLog } from './server-log.ts';
import { isServerRunning, type ServerIdentity, serverProcessesOf, signalProcess } from './server-processes.ts';
import { settingArguments } from './settings.ts';
import { waitUntil } from './wait-until.ts';

/** How a server ended; both fields are null when it was adopted, so that its parent is not us. */
type ServerExit = Readonly<{ code: number | null; signal: NodeJS.Signals | null }>;

export type RunningServer = ServerIdentity & Readonly<{ port: number; exited: Promise<ServerExit> }>;

export type LaunchResult = Readonly<
  { kind: 'ready'; server: RunningServer } | { kind: 'failed'; log: string; cause?: Error }
>;

/** Replaying the log after a crash takes seconds per gigabyte on a slow disk; this only ends a hopeless wait. */
const startTimeoutMs = 10 * 60_000;

/**
 * Starts the server and waits until it accepts connections, which it notes in `postmaster.pid`. It gets a session of
 * its own: a Ctrl-C in our terminal reaches only us, who then stop it in order.
 */
export async function launchServer(options: {
  binaries: Binaries;
  clusterDir: string;
  port: number;
  settings: Readonly<Record<string, string>>;
  log: ServerLog;
}): Promise<LaunchResult> {
  const { binaries, clusterDir, port, log } = options;
  const logStart = log.size();
  const logDescriptor = log.openForServer();
  const child = spawn(
    join(binaries.nativeDir, 'bin', 'postgres'),
    ['-D', clusterArgument(clusterDir), '-c', `port=${port}`, ...settingArguments(options.settings)],
    {
      cwd: clusterDir,
      env: programEnvironment,
      stdio: ['ignore', logDescriptor, logDescriptor],
      detached: true,
      ...runAs(binaries.account),
    },
  );
  closeSync(logDescriptor);
  let failure: Error | undefined;
  let ended = false;
  const exited = new Promise<ServerExit>((resolve) => {
    child.once('error', (error) => {
      failure = error;
      ended = true;
      resolve({ code: null, signal: null });
    });
    child.once('exit', (code, signal) => {
      ended = true;
      resolve({ code, signal });
    });
  });
  child.unref(); // A program that forgets to stop its server can still end; see the exit hook of the caller.

  let startedAtSec = 0;
  const decided = await waitUntil(
    () => {
      if (ended) return true;
      const file = readPostmasterFile(clusterDir);
      if (file === undefined || file.pid !== child.pid || file.status !== 'ready') return false;
      startedAtSec = file.startedAtSec;
      return true;
    },
    { timeoutMs: startTimeoutMs },
  );
  if (ended || child.pid === undefined) {
    return { kind: 'failed', log: log.tail(logStart), ...(failure === undefined ? {} : { cause: failure }) };
  }
  const server = { pid: child.pid, clusterDir, startedAtSec, port, exited };
  if (decided) return { kind: 'ready', server };
  await stopServer(server);
  return { kind: 'failed', log: `not ready after ${startTimeoutMs / 1000} s\n${log.tail(logStart)}` };
}

/**
 * Ends a server and waits until it is gone: first in order (connections are cut, all data is written), then, when that
 * takes longer than `orderlyMs`, at once (the next start replays the log), at last by force. No data is lost either way.
 */
export async function stopServer(server: ServerIdentity, orderlyMs = 60_000): Promise<void> {
  const gone = () => !isServerRunning(server);
  const steps = [
    ['SIGINT', orderlyMs],
    ['SIGQUIT', 10_000],
    ['SIGKILL', 10_000],
  ] as const;
  for (const [signal, timeoutMs] of steps) {
    if (gone()) break;
    signalProcess(server.pid, signal);
    if (await waitUntil(gone, { timeoutMs })) break;
  }
  if (readPostmasterFile(server.clusterDir) !== undefined) await endStrayProcesses(server.clusterDir);
}

/**
 * Ends the processes that outlive a killed postmaster. They can do no harm (each keeps to the old shared memory), but
 * PostgreSQL refuses to start beside them.
 */
export async function endStrayProcesses(clusterDir: string): Promise<void> {
  for (const signal of ['SIGQUIT', 'SIGKILL'] as const) {
    const strays = serverProcessesOf(clusterDir);
    if (strays.length === 0) return;
    for (const pid of strays) signalProcess(pid, signal);
    await waitUntil(() => serverProcessesOf(clusterDir).length === 0, { timeoutMs: 5000, everyMs: 20 });
  }
}

/**
 * Prepares a start after a server that did not end in order. PostgreSQL itself deals with the `postmaster.pid` of a
 * dead process; but when its process id was given to another program meanwhile, it would refuse to start for ever.
 */
export async function clearDeadServer(clusterDir: string): Promise<void> {
  const file = readPostmasterFile(clusterDir);
  if (file === undefined) return;
  await endStrayProcesses(clusterDir);
  const identity = { pid: file.pid, clusterDir, startedAtSec: file.startedAtSec };
  if (processExists(file.pid) && !isServerRunning(identity)) rmSync(join(clusterDir, 'postmaster.pid'));
}

/** A port of the loopback address that is free now: the preferred one if possible. Another may take it any time. */
export function freePort(preferred: number | undefined): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', (error) => (preferred === undefined ? reject(error) : resolve(freePort(undefined))));
    server.listen({ host: '127.0.0.1', port: preferred ?? 0 }, () => {
      const address = server.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}

function processExists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return systemErrorCode(error) === 'EPERM';
  }
}
