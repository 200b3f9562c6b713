import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  closeSync,
  existsSync,
  lchownSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import type { Account } from './account.ts';
import type { Binaries } from './binaries.ts';
import { syncFolder, writeDurably } from './durable-file.ts';
import { diskFull, EmbeddedPostgresError } from './embedded-postgres-error.ts';
import { runProgram } from './run-program.ts';
import { initProcessesOf, signalProcess } from './server-processes.ts';
import { waitUntil } from './wait-until.ts';

/**
 * The cluster: PostgreSQL's own folder, `<data folder>/postgres`.
 *
 * It is made under a temporary name and renamed when `initdb` has finished and its files are on disk. So the name
 * `postgres` itself is the mark of a whole cluster; whatever a crash leaves is called `postgres-init-…` and removed
 * by the next start. Data that exists is never deleted or overwritten, whatever state it is in.
 *
 * As root, only this folder belongs to the unprivileged account that PostgreSQL runs as, and we never write into it.
 * The account need not be able to walk to it: the process is started inside the folder and calls it by
 * `/proc/self/cwd`, which the kernel resolves without looking at the folders above. So a data folder below /root, or
 * one with a very long path, works like any other.
 */
export const superuser = 'millrace';

/** How a program that was started inside the cluster folder names it. */
export function clusterArgument(clusterDir: string): string {
  return process.platform === 'linux' ? '/proc/self/cwd' : clusterDir;
}

/** The major version that wrote the cluster; undefined when there is none. Throws `cluster_incomplete`. */
export function clusterMajorVersion(clusterDir: string): string | undefined {
  if (!existsSync(clusterDir) || readdirSync(clusterDir).length === 0) return undefined;
  const versionFile = join(clusterDir, 'PG_VERSION');
  if (existsSync(versionFile) && existsSync(join(clusterDir, 'global', 'pg_control'))) {
    return readFileSync(versionFile, 'utf8').trim();
  }
  throw new EmbeddedPostgresError('cluster_incomplete', `The folder ${clusterDir} holds no whole PostgreSQL cluster.`, {
    hint: 'Restore it from a backup, or move it away: the next start then makes an empty one. Nothing was changed.',
  });
}

/** Throws `version_mismatch` when the cluster was written by another major version than the binaries'. */
export function checkClusterVersion(clusterDir: string, clusterMajor: string, binariesVersion: string): void {
  if (binariesVersion.split('.')[0] === clusterMajor) return;
  throw new EmbeddedPostgresError(
    'version_mismatch',
    `The cluster ${clusterDir} belongs to PostgreSQL ${clusterMajor}, this Millrace brings ${binariesVersion}.`,
    {
      hint: `The data was not touched. Start the Millrace release that brings PostgreSQL ${clusterMajor} on it and save \
its database with pg_dump; move ${clusterDir} away, start this release, and load the dump with psql.`,
    },
  );
}

/** Makes an empty cluster (the folder must be absent or empty); about 0.7 s. */
export async function createCluster(options: {
  dataDir: string;
  clusterDir: string;
  binaries: Binaries;
  password: string;
  durable: boolean;
}): Promise<void> {
  const { dataDir, clusterDir, binaries, durable } = options;
  await removeAbandonedInits(dataDir);
  const id = randomBytes(6).toString('hex');
  const initDir = join(dataDir, `postgres-init-${id}`);
  const passwordFile = join(dataDir, `postgres-init-${id}.password`);
  let passwordInput: number | undefined;
  try {
    mkdirSync(initDir, { mode: 0o700 });
    chmodSync(initDir, 0o700);
    writeFileSync(passwordFile, `${options.password}\n`, { mode: 0o400, flag: 'wx' });
    giveTo(binaries.account, initDir);
    giveTo(binaries.account, passwordFile);
    // The account may not be able to reach the file by its path, but it can open it again through its descriptor.
    passwordInput = openSync(passwordFile, 'r');
    const result = await runProgram(
      join(binaries.nativeDir, 'bin', 'initdb'),
      [
        '-D',
        clusterArgument(initDir),
        `--username=${superuser}`,
        `--pwfile=${process.platform === 'linux' ? '/proc/self/fd/0' : '/dev/fd/0'}`,
        '--auth=scram-sha-256',
        '--encoding=UTF8',
        // PostgreSQL's own Unicode rules: the same on every machine, and independent of its locale packages.
        '--locale=C',
        '--locale-provider=builtin',
        '--builtin-locale=C.UTF-8',
        ...(durable ? [] : ['--no-sync']),
      ],
      { account: binaries.account, cwd: initDir, stdin: passwordInput, timeoutMs: 300_000 },
    );
    if (result.kind === 'not_started') throw initFailed(dataDir, result.error.message, result.error);
    if (result.code !== 0) throw initFailed(dataDir, result.output, undefined);
    renameSync(initDir, clusterDir);
    if (durable) syncFolder(dataDir);
  } finally {
    if (passwordInput !== undefined) closeSync(passwordInput);
    rmSync(passwordFile, { force: true });
    rmSync(initDir, { recursive: true, force: true, maxRetries: 20 });
  }
}

/**
 * As root: hands a cluster that belongs to root (restored by `cp`, say) to the account. One that belongs to another
 * account is left as it is, since `accountCandidates` then chose that one.
 */
export function adjustOwner(clusterDir: string, account: Account | undefined): void {
  if (account === undefined || statSync(clusterDir).uid !== 0) return;
  for (const name of readdirSync(clusterDir, { recursive: true, encoding: 'utf8' })) {
    lchownSync(join(clusterDir, name), account.uid, account.gid);
  }
  chownSync(clusterDir, account.uid, account.gid);
  chmodSync(clusterDir, 0o700);
}

/** The password of the superuser, kept in a file that only we can read; undefined when the file is missing. */
export function readPassword(dataDir: string): string | undefined {
  const file = join(dataDir, 'postgres.password');
  return existsSync(file) ? readFileSync(file, 'utf8').trim() : undefined;
}

export function createPassword(dataDir: string): string {
  const password = randomBytes(24).toString('hex');
  writeDurably(join(dataDir, 'postgres.password'), `${password}\n`);
  return password;
}

/** Sets the superuser's password without a server: for a cluster whose password file was lost. */
export async function resetPassword(clusterDir: string, binaries: Binaries, password: string): Promise<void> {
  const result = await runProgram(
    join(binaries.nativeDir, 'bin', 'postgres'),
    ['--single', '-D', clusterArgument(clusterDir), 'postgres'],
    {
      account: binaries.account,
      cwd: clusterDir,
      stdin: `alter role ${superuser} password '${password}'\n`,
      timeoutMs: 300_000,
    },
  );
  if (result.kind === 'exited' && result.code === 0 && !/ERROR|FATAL|PANIC/.test(result.output)) return;
  const detail = result.kind === 'exited' ? result.output.trim() : result.error.message;
  throw new EmbeddedPostgresError('login_failed', `The lost password of ${clusterDir} cannot be replaced: ${detail}`, {
    hint: 'Restore the file postgres.password in the data folder from a backup.',
  });
}

/**
 * We hold the data folder's lock, so nobody else is at work; but an `initdb` whose owner was killed may still run, and
 * would go on filling its folder while we empty it.
 */
async function removeAbandonedInits(dataDir: string): Promise<void> {
  for (const name of readdirSync(dataDir)) {
    if (!name.startsWith('postgres-init-')) continue;
    const initDir = join(dataDir, name);
    const ended = () => {
      const pids = lstatSync(initDir, { throwIfNoEntry: false })?.isDirectory() ? initProcessesOf(initDir) : [];
      for (const pid of pids) signalProcess(pid, 'SIGKILL');
      return pids.length === 0;
    };
    await waitUntil(ended, { timeoutMs: 10_000 });
    rmSync(initDir, { recursive: true, force: true, maxRetries: 20 });
  }
}

function giveTo(account: Account | undefined, path: string): void {
  if (account !== undefined) chownSync(path, account.uid, account.gid);
}

function initFailed(dataDir: string, output: string, cause: unknown): EmbeddedPostgresError {
  if (/No space left on device|Disk quota exceeded/.test(output)) return diskFull(dataDir, cause);
  const detail = output.trim().split('\n').slice(-6).join('\n');
  return new EmbeddedPostgresError('init_failed', `No PostgreSQL cluster can be made in ${dataDir}: ${detail}`, {
    hint: 'Remove the reason and start again: nothing was left behind.',
    cause,
  });
}
