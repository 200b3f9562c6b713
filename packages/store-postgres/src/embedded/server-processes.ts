import { execFileSync } from 'node:child_process';
import { type BigIntStats, readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import { basename } from 'node:path';

/**
 * Tells which processes are PostgreSQL servers of a given cluster. A process id alone proves nothing: it may have
 * been given to another program since, and the file that names it can be written by the database account, so we
 * would signal a stranger. On Linux the proof is that the process runs a program named `postgres` in the cluster
 * folder itself (same device and inode), which every PostgreSQL process does. Elsewhere it is the program's name and
 * the start time that PostgreSQL wrote down.
 */
export type ServerIdentity = Readonly<{ pid: number; clusterDir: string; startedAtSec: number }>;

const onLinux = process.platform === 'linux';

/** True while the server of this identity runs; a zombie that nobody reaps counts as ended. */
export function isServerRunning({ pid, clusterDir, startedAtSec }: ServerIdentity): boolean {
  if (onLinux) return runsIn(pid, statSync(clusterDir, { bigint: true, throwIfNoEntry: false }), isServer);
  try {
    const line = execFileSync('ps', ['-p', String(pid), '-o', 'lstart=,comm='], {
      encoding: 'utf8',
      env: { LC_ALL: 'C', TZ: 'UTC', PATH: '/bin:/usr/bin' },
    }).trim();
    const startedAt = Date.parse(`${line.slice(0, 24)} UTC`) / 1000;
    return basename(line.slice(24).trim()) === 'postgres' && Math.abs(startedAt - startedAtSec) <= 5;
  } catch {
    return false;
  }
}

/**
 * All PostgreSQL processes of the cluster. When its postmaster was killed, backends can live on for a moment (or as
 * long as their statement runs), and no new server may start before they are gone. Linux only; elsewhere empty.
 */
export function serverProcessesOf(clusterDir: string): number[] {
  return processesIn(clusterDir, isServer);
}

/** The processes of an `initdb` that works in `initDir`: itself, its shells, and the servers that they run. */
export function initProcessesOf(initDir: string): number[] {
  return processesIn(initDir, (pid) => initPrograms.has(programOf(pid)));
}

const initPrograms: ReadonlySet<string> = new Set(['initdb', 'postgres', 'sh', 'dash', 'bash', 'busybox']);

function processesIn(folder: string, accept: (pid: number) => boolean): number[] {
  if (!onLinux) return [];
  const stats = statSync(folder, { bigint: true, throwIfNoEntry: false });
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => pid !== process.pid && runsIn(pid, stats, accept));
}

/** Sends the signal; a process that ended meanwhile is no error. */
export function signalProcess(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}

function runsIn(pid: number, folder: BigIntStats | undefined, accept: (pid: number) => boolean): boolean {
  if (folder === undefined) return false;
  try {
    const cwd = statSync(`/proc/${pid}/cwd`, { bigint: true });
    if (cwd.ino !== folder.ino || cwd.dev !== folder.dev || !accept(pid)) return false;
    // The state follows the program's name, which stands in brackets and may hold anything.
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return !/^[ZX]/.test(stat.slice(stat.lastIndexOf(')') + 2));
  } catch {
    return false; // Ended, or not ours to look at: a server that we started is always ours to look at.
  }
}

function isServer(pid: number): boolean {
  return programOf(pid) === 'postgres';
}

function programOf(pid: number): string {
  return basename(readlinkSync(`/proc/${pid}/exe`).replace(/ \(deleted\)$/, ''));
}
