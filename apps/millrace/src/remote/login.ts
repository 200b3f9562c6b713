import type { Me } from '@millrace/api';
import { ApiError, createClient } from '@millrace/client';
import { MillraceError } from '@millrace/core';
import type { LoginOptions } from '../commands/login.ts';
import type { RemoteOptions } from '../commands/remote-options.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { keepLogin, readLogin } from '../logins/login-file.ts';
import { keptToken, signIn } from '../logins/session.ts';
import { readHidden } from '../terminal/read-secret.ts';
import { printable } from '../terminal/style.ts';
import { connect } from './connect.ts';
import { serverUrl } from './server-url.ts';

/** `login`: keeps an API key, or signs in and keeps the session. */
export async function login(options: LoginOptions): Promise<ExitCode> {
  const url = serverUrl(options.url);
  if (options.apiKey === true) {
    const key = await readHidden(`API key for ${url} (not shown): `, nothingGiven('API key'));
    // Asked for first: a key that is no good is not kept.
    const me = await createClient({ url, token: key }).sessions.me();
    await keepLogin(url, { kind: 'api_key', key });
    return tell(options, url, me);
  }
  const password = await readHidden(`Password of ${options.name} at ${url} (not shown): `, nothingGiven('password'));
  const { access } = await signIn(url, options.name, password);
  return tell(options, url, await createClient({ url, token: access }).sessions.me());
}

/** `logout`: ends the session, and forgets what was kept of the server. */
export async function logout(options: RemoteOptions): Promise<ExitCode> {
  const url = serverUrl(options.url);
  const kept = await readLogin(url);
  const ended = kept?.kind === 'session' && (await endSession(url));
  await keepLogin(url, null);
  if (options.json === true) process.stdout.write(`${JSON.stringify({ url, forgotten: kept !== null, ended })}\n`);
  else process.stdout.write(kept === null ? `Nobody was signed in at ${url}.\n` : `Signed out at ${url}.\n`);
  return exitCodes.ok;
}

async function endSession(url: string): Promise<boolean> {
  const token = await keptToken(url);
  if (token === undefined) return false;
  try {
    return (await createClient({ url, token }).sessions.signOut()).ended;
  } catch (error) {
    // It was over already.
    if (error instanceof ApiError && error.code === 'unauthorized') return false;
    throw error;
  }
}

/** `whoami`. */
export async function whoami(options: RemoteOptions): Promise<ExitCode> {
  return tell(options, serverUrl(options.url), await connect(options).client.sessions.me());
}

function tell(options: RemoteOptions, url: string, me: Me): ExitCode {
  process.stdout.write(options.json === true ? `${JSON.stringify(me)}\n` : describe(url, me));
  return exitCodes.ok;
}

function describe(url: string, me: Me): string {
  const shown = me.session !== null ? 'a session' : me.api_key !== null ? `the API key ${me.api_key}` : null;
  const name = me.display_name === me.account ? me.account : `${me.account} (${me.display_name})`;
  const which = (extent: 'all' | 'some'): string =>
    Object.entries(me.permissions)
      .filter(([, found]) => found === extent)
      .map(([permission]) => permission)
      .join(', ');
  const lines = [
    `${name} at ${url}${shown === null ? '' : `, by ${shown}`}`,
    ...(me.groups.length === 0 ? [] : [`in the groups ${me.groups.join(', ')}`]),
    ...(which('all') === '' ? [] : [`may everywhere: ${which('all')}`]),
    ...(which('some') === '' ? [] : [`may in places: ${which('some')}`]),
    ...(which('all') === '' && which('some') === '' ? ['may nothing: an administrator can give a role'] : []),
  ];
  return `${printable(lines.join('\n'))}\n`;
}

const nothingGiven = (what: string): MillraceError =>
  new MillraceError('invalid_request', `No ${what} was given, so nothing was changed.`, {
    hint: 'Type it at the prompt, or give it on standard input.',
  });
