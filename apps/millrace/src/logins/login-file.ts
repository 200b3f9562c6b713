// What `millrace login` keeps: for each server, by its address, an API key or the two tokens of a session. In the user's folder
// for configuration, in a file that nobody else can read; it is replaced as a whole, so that nobody reads half of it.
import { chmod, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { MillraceError } from '@millrace/core';

export type Login =
  | Readonly<{ kind: 'api_key'; key: string }>
  | Readonly<{ kind: 'session'; account: string; access: string; accessUntil: string; refresh: string }>;

type Logins = Readonly<Record<string, Login>>;

const fileOf = (): string => {
  const { XDG_CONFIG_HOME: config, APPDATA: appData } = process.env;
  const folder = config ?? (process.platform === 'win32' ? appData : undefined) ?? join(homedir(), '.config');
  return join(folder, 'millrace', 'logins.json');
};

/** null: nobody signed in at that server. Throws `configuration` for a file that is none. */
export const readLogin = async (url: string): Promise<Login | null> => (await readLogins())[url] ?? null;

/** null forgets it. */
export async function keepLogin(url: string, login: Login | null): Promise<void> {
  const { [url]: _, ...others } = await readLogins();
  const file = fileOf();
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const next = `${file}.${process.pid}`;
  const servers = login === null ? others : { ...others, [url]: login };
  await writeFile(next, `${JSON.stringify({ servers }, null, 2)}\n`, { mode: 0o600 });
  // A file of that name that was left behind keeps its mode when it is written again.
  await chmod(next, 0o600);
  await rename(next, file);
}

async function readLogins(): Promise<Logins> {
  const file = fileOf();
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw new MillraceError('configuration', `${file} cannot be read.`, {
      hint: 'Check who may read it.',
      cause: error,
    });
  });
  if (text === null) return {};
  const servers = serversOf(text);
  if (servers !== null) return servers;
  throw new MillraceError('configuration', `${file} is not what millrace login wrote.`, {
    hint: 'Remove it, and sign in again: millrace login',
  });
}

function serversOf(text: string): Logins | null {
  try {
    const parsed: unknown = JSON.parse(text);
    if (typeof parsed !== 'object' || parsed === null || !('servers' in parsed)) return null;
    const { servers } = parsed;
    return typeof servers === 'object' && servers !== null && Object.values(servers).every(isLogin)
      ? (servers as Logins)
      : null;
  } catch {
    return null;
  }
}

function isLogin(value: unknown): value is Login {
  const isText = (names: readonly string[]): boolean =>
    names.every((name) => typeof (value as Readonly<Record<string, unknown>>)[name] === 'string');
  if (typeof value !== 'object' || value === null || !('kind' in value)) return false;
  if (value.kind === 'api_key') return isText(['key']);
  return value.kind === 'session' && isText(['account', 'access', 'accessUntil', 'refresh']);
}
