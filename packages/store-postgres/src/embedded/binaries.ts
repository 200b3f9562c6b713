import { existsSync, readFileSync, realpathSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { homedir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import type { Account } from './account.ts';
import { EmbeddedPostgresError, systemErrorCode } from './embedded-postgres-error.ts';
import { copyBinaries } from './reachable-copy.ts';
import { runProgram } from './run-program.ts';

/** Where the binaries of this platform were installed, and where a copy of them may be put. */
export type Installation = Readonly<{
  nativeDir: string;
  packageName: string;
  packageVersion: string;
  /** Folders for a copy, the best first; each is created when it is needed. */
  copyFolders: readonly string[];
}>;

/** Binaries that were seen to run as `account`. */
export type Binaries = Readonly<{ nativeDir: string; version: string; account: Account | undefined }>;

/**
 * Finds the npm package that holds PostgreSQL for this platform. Throws `unsupported_platform` or `binaries_missing`.
 */
export function findInstallation(dataDir: string): Installation {
  const platform = `${process.platform}-${process.arch}`;
  if (!['linux-x64', 'linux-arm64', 'darwin-x64', 'darwin-arm64'].includes(platform)) {
    throw new EmbeddedPostgresError('unsupported_platform', `Millrace brings no PostgreSQL for ${platform}.`, {
      hint: 'Run a PostgreSQL server of your own and give Millrace its connection string.',
    });
  }
  const packageName = `@embedded-postgres/${platform}`;
  let packageDir: string;
  try {
    packageDir = dirname(dirname(realpathSync(createRequire(import.meta.url).resolve(packageName))));
  } catch (error) {
    throw new EmbeddedPostgresError('binaries_missing', `The npm package ${packageName} is not installed.`, {
      hint: `Install it (npm install ${packageName}; it is left out by --omit=optional), or give Millrace the \
connection string of a PostgreSQL server of your own.`,
      cause: error,
    });
  }
  const manifest: unknown = JSON.parse(readFileSync(join(packageDir, 'package.json'), 'utf8'));
  const packageVersion = typeof manifest === 'object' && manifest !== null && 'version' in manifest;
  return {
    nativeDir: join(packageDir, 'native'),
    packageName,
    packageVersion: packageVersion ? String(manifest.version) : 'unknown',
    copyFolders: copyFolders(dataDir),
  };
}

/**
 * Makes the binaries runnable and returns them with the first of `accounts` that can run them: in place when
 * possible, otherwise as a copy, which is needed when the account may not enter the package's folder (a checkout
 * below a folder of mode 0700) or when the links of its libraries can neither be found nor made there.
 */
export async function prepareBinaries(
  installation: Installation,
  accounts: readonly (Account | undefined)[],
): Promise<Binaries> {
  const failures: string[] = [];
  const tryPlace = async (nativeDir: string): Promise<Binaries | undefined> => {
    for (const account of accounts) {
      const probe = await probeVersion(nativeDir, account);
      if (probe.version !== undefined) return { nativeDir, version: probe.version, account };
      failures.push(`${nativeDir}${account ? ` as ${account.name}` : ''}: ${probe.failure}`);
    }
    return undefined;
  };
  if (accounts.length === 0) throw noAccount('the system has no account postgres or nobody', undefined);
  if (completeLinks(installation.nativeDir)) {
    const inPlace = await tryPlace(installation.nativeDir);
    if (inPlace !== undefined) return inPlace;
  }
  for (const folder of installation.copyFolders) {
    try {
      const copy = copyBinaries(installation, folder);
      const reachable = completeLinks(copy) ? await tryPlace(copy) : undefined;
      if (reachable !== undefined) return reachable;
    } catch (error) {
      failures.push(`${folder}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  const detail = failures.join('; ');
  if (failures.length > 0 && failures.every((failure) => /EPERM|EINVAL/.test(failure))) throw noAccount(detail, detail);
  throw new EmbeddedPostgresError('binaries_unusable', `The PostgreSQL binaries do not run here: ${detail}`, {
    hint: `Reinstall ${installation.packageName} on this machine. It needs the GNU C library on Linux (Alpine has \
another one); where it cannot run, give Millrace the connection string of a PostgreSQL server of your own.`,
  });
}

/** Makes the links that the package's install script would have made; false when they cannot be made. */
function completeLinks(nativeDir: string): boolean {
  const list = join(nativeDir, 'pg-symlinks.json');
  if (!existsSync(list)) return true;
  const links = JSON.parse(readFileSync(list, 'utf8')) as readonly { source: string; target: string }[];
  for (const { source, target } of links) {
    // Both are relative to the package, and lie in the same folder.
    const path = join(nativeDir, target.replace(/^native\//, ''));
    if (existsSync(path)) continue;
    try {
      symlinkSync(basename(source), path);
    } catch (error) {
      if (systemErrorCode(error) !== 'EEXIST') return false;
    }
  }
  return true;
}

async function probeVersion(
  nativeDir: string,
  account: Account | undefined,
): Promise<{ version: string } | { version: undefined; failure: string }> {
  const result = await runProgram(join(nativeDir, 'bin', 'postgres'), ['--version'], {
    account,
    cwd: '/',
    timeoutMs: 60_000,
  });
  if (result.kind === 'not_started') return { version: undefined, failure: result.error.message };
  const version = /PostgreSQL\) (\S+)/.exec(result.output)?.[1];
  if (result.code === 0 && version !== undefined) return { version };
  return { version: undefined, failure: result.output.trim() || `exit ${result.code ?? result.signal}` };
}

function copyFolders(dataDir: string): readonly string[] {
  const own = join(dataDir, 'postgres-binaries');
  if (process.getuid?.() === 0) return ['/var/cache/millrace', '/var/lib/millrace', '/opt/millrace', own];
  return [join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'millrace'), own];
}

function noAccount(detail: string, cause: unknown): EmbeddedPostgresError {
  return new EmbeddedPostgresError('account_missing', `PostgreSQL must not run as root, and ${detail}.`, {
    hint: 'Run Millrace as a normal user, or create an account for it: useradd --system millrace.',
    cause,
  });
}
