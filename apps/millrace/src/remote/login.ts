import type { Me } from '@millrace/api';
import { ApiError, createClient } from '@millrace/client';
import { MillraceError } from '@millrace/core';
import type { LoginOptions } from '../commands/login.ts';
import type { RemoteOptions } from '../commands/remote-options.ts';
import { userName } from '../commands/user-name.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { loginElsewhere, loginHere } from '../logins/browser-login.ts';
import { chooseWay, describeWays, type Way } from '../logins/choose-way.ts';
import { keepLogin, readLogin } from '../logins/login-file.ts';
import { seesBrowser } from '../logins/open-browser.ts';
import { keptToken, signIn, signInByDirectory } from '../logins/session.ts';
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
  const ways = await createClient({ url }).sessions.ways();
  const way = chooseWay(ways, { ...options, interactive: process.stdin.isTTY === true });
  if (way.kind === 'nobody_asks') {
    // Of somebody who calls without anything: that is what everybody there is.
    note(`${url} asks nobody who he is, so there is nothing to sign in for. (--name signs in all the same.)`);
    return tell(options, url, await createClient({ url }).sessions.me());
  }
  if (options.provider === undefined && options.browser === undefined && ways.providers.length > 0) {
    note([`One may sign in at ${url} by:`, ...describeWays(ways).map((line) => `  ${printable(line)}`), ''].join('\n'));
  }
  const { access } = await signInBy(way, url, options);
  return tell(options, url, await createClient({ url, token: access }).sessions.me());
}

async function signInBy(way: Exclude<Way, { kind: 'nobody_asks' }>, url: string, options: LoginOptions) {
  if (way.kind === 'browser') {
    const isHere = options.browser ?? seesBrowser(process);
    return (isHere ? loginHere : loginElsewhere)({ url, provider: way.provider, tell: note });
  }
  const name = options.name ?? userName();
  const where = way.kind === 'directory' ? way.title : url;
  const prompt = `Password of ${name} at ${printable(where)} (not shown): `;
  const password = await readHidden(prompt, nothingGiven('password'));
  return way.kind === 'directory' ? signInByDirectory(url, way.provider, name, password) : signIn(url, name, password);
}

/** Beside the output, which programs may read. */
const note = (text: string): void => void process.stderr.write(`${text}\n`);

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
