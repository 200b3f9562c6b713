import { createClient } from '@millrace/client';
import { MillraceError } from '@millrace/core';
import type { EndSessionOptions, LinkOptions } from '../commands/account.ts';
import type { RemoteOptions } from '../commands/remote-options.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { readLogin } from '../logins/login-file.ts';
import { signIn } from '../logins/session.ts';
import { printJson } from '../terminal/print-json.ts';
import { readHiddenEach } from '../terminal/read-secret.ts';
import { printable } from '../terminal/style.ts';
import { connect } from './connect.ts';
import { findIdentity, identityTable } from './identity-table.ts';
import { serverUrl } from './server-url.ts';
import { ownSessionTable } from './session-table.ts';

export async function changePassword(options: RemoteOptions): Promise<ExitCode> {
  const url = serverUrl(options.url);
  const { client } = connect(options);
  const { account } = await client.sessions.me();
  const [old = '', next = ''] = await readHiddenEach([
    { prompt: `Password of ${account} until now (not shown): ` },
    { prompt: 'New password (not shown): ', again: 'The same again: ' },
  ]);
  const answer = await client.own.changePassword({ old_password: old, password: next });
  const isKept = options.token === undefined && process.env.MILLRACE_TOKEN === undefined;
  const kept = isKept ? await readLogin(url) : null;
  // Its session has ended with all the others.
  if (kept?.kind === 'session') await signIn(url, account, next);
  if (options.json === true) return printJson(answer);
  process.stdout.write(
    `The password of ${account} is changed. Whoever was signed in with the old one is signed out.\n`,
  );
  return exitCodes.ok;
}

export async function listOwnSessions(options: RemoteOptions): Promise<ExitCode> {
  const answer = await connect(options).client.own.sessions();
  if (options.json === true) return printJson(answer);
  process.stdout.write(`${ownSessionTable(answer.items)}\n`);
  return exitCodes.ok;
}

export async function endOwnSession(session: string | undefined, options: EndSessionOptions): Promise<ExitCode> {
  if ((session === undefined) === (options.others !== true)) {
    throw new MillraceError('invalid_request', 'Either the id of a session is expected, or --others.', {
      hint: 'millrace account sessions lists them.',
    });
  }
  const { own } = connect(options).client;
  const answer = session === undefined ? await own.endOtherSessions() : await own.endSession(session);
  if (options.json === true) return printJson(answer);
  const ended = Number(answer.ended);
  process.stdout.write(`${ended} ${ended === 1 ? 'session' : 'sessions'} ended.\n`);
  return exitCodes.ok;
}

export async function listOwnIdentities(options: RemoteOptions): Promise<ExitCode> {
  const answer = await connect(options).client.own.identities();
  if (options.json === true) return printJson(answer);
  process.stdout.write(`${identityTable(answer.items)}\n`);
  return exitCodes.ok;
}

export async function linkDirectory(provider: string, options: LinkOptions): Promise<ExitCode> {
  const url = serverUrl(options.url);
  const found = (await createClient({ url }).sessions.ways()).providers.find(({ name }) => name === provider);
  if (found?.kind === 'oidc') {
    throw new MillraceError('invalid_request', `${provider} is linked in a browser: it shows who you are there.`, {
      hint: `Open ${url}/account`,
    });
  }
  const { client } = connect(options);
  const { account } = await client.sessions.me();
  const name = options.name ?? account;
  const [password = '', outside = ''] = await readHiddenEach([
    { prompt: `Password of ${account} at ${url} (not shown): ` },
    { prompt: `Password of ${name} at ${printable(found?.title ?? provider)} (not shown): ` },
  ]);
  const linked = await client.own.linkDirectory(provider, { password, name, directory_password: outside });
  if (options.json === true) return printJson(linked);
  process.stdout.write(`${account} may sign in by ${provider} as well.\n`);
  return exitCodes.ok;
}

export async function unlink(given: string, options: RemoteOptions): Promise<ExitCode> {
  const { own, sessions } = connect(options).client;
  const { id, provider } = findIdentity((await own.identities()).items, given);
  const { account } = await sessions.me();
  const [password = ''] = await readHiddenEach([{ prompt: `Password of ${account} (not shown): ` }]);
  const answer = await own.unlink(id, { password });
  if (options.json === true) return printJson(answer);
  process.stdout.write(`${account} signs in by ${provider} no more. Other sessions have ended.\n`);
  return exitCodes.ok;
}
