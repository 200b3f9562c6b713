// Who makes a request of the API:
//
//   Authorization: Bearer <API key>        the key's account, within the key's scopes
//   Authorization: Bearer <API token>      whoever has the server's own token: everything
//   Authorization: Bearer <access token>   the account that signed in (programs that keep a session)
//   Authorization: Bearer <token of an attempt>  a step that may call the API: its own run, and events (attempt-operations.ts)
//   the cookie of a session                the same, in a browser
//   nothing, and nobody is asked           whoever is on this machine: everything
//
// An API key or session counts also where nobody is asked, so that what it may do can be tried out. Shown twice, the header
// counts: a program means it, while a browser sends its cookies by itself.
import { isAttemptToken, MillraceError } from '@millrace/core';
import { type Actor, attemptKeyOf, rootActor } from '@millrace/engine';
import type { FastifyRequest } from 'fastify';
import type { ServerContext } from '../server-context.ts';
import type { ServerOptions } from '../server-options.ts';
import { bearerToken, isSameToken } from './bearer-token.ts';
import { isFromThisMachine } from './loopback.ts';
import { cookieToken, isSecure } from './session-cookies.ts';

type Context = Pick<ServerContext, 'engine' | 'options'>;

/** Whether callers must show who they are. Where they need not, the server trusts its own machine, and nobody else. */
export const asksWho = ({ apiToken, signIn }: Pick<ServerOptions, 'apiToken' | 'signIn'>): boolean =>
  apiToken !== undefined || signIn === true;

const isApiKey = (token: string): boolean => token.startsWith('mrk_');

/** Throws `unauthorized`. */
export async function identifyCaller(request: FastifyRequest, { engine, options }: Context): Promise<Actor> {
  const { identify } = engine.people;
  const bearer = bearerToken(request);
  if (bearer !== null && isApiKey(bearer)) return (await identify.byApiKey(bearer)) ?? refuse(wrongKey());
  if (bearer !== null && isAttemptToken(bearer)) {
    return (await identify.byAttempt(bearer, attemptKeys(options))) ?? refuse(wrongAttempt());
  }
  if (options.apiToken !== undefined && isSameToken(bearer, options.apiToken)) return rootActor('token');
  const token = bearer ?? cookieToken(request, 'access', isSecure(request, options));
  const actor = token === null ? null : await identify.bySession(token);
  if (actor !== null) return actor;
  if (asksWho(options)) throw notSignedIn(token !== null, options);
  if (isFromThisMachine(request)) return rootActor('local');
  throw fromElsewhere();
}

/** Of workers that have no tokens of their own. */
const attemptKeys = ({ attemptKey, workerToken }: ServerContext['options']): readonly Uint8Array[] => [
  ...(attemptKey === undefined ? [] : [attemptKey]),
  ...(workerToken === undefined ? [] : [attemptKeyOf(workerToken)]),
];

const refuse = (error: MillraceError): never => {
  throw error;
};

const wrongKey = (): MillraceError =>
  new MillraceError(
    'unauthorized',
    'The API key is not good: it is wrong, removed or expired, or its account is disabled.',
    { hint: 'Ask an administrator for another one.' },
  );

const wrongAttempt = (): MillraceError =>
  new MillraceError('unauthorized', 'The token of the attempt is not good: it is wrong, or its attempt has ended.', {
    hint: 'A step has it while it runs, and no longer. Use an API key for what outlives the step.',
  });

function notSignedIn(shown: boolean, { signIn }: Pick<ServerOptions, 'signIn'>): MillraceError {
  if (signIn !== true) {
    return new MillraceError('unauthorized', 'The request has no valid API token and no API key.', {
      hint: 'Send "Authorization: Bearer …" with an API key, or with the server\'s API token.',
    });
  }
  return shown
    ? new MillraceError('unauthorized', 'The session has ended, or wants to be renewed, or the token is wrong.', {
        hint: 'Sign in again: millrace login, or the page of this server.',
      })
    : new MillraceError('unauthorized', 'Nobody is signed in.', {
        hint: 'Sign in: millrace login, or the page of this server. Programs send "Authorization: Bearer …" with an API key.',
      });
}

export const fromElsewhere = (): MillraceError =>
  new MillraceError('unauthorized', 'Without an API token, the server answers to this machine only, and to no proxy.', {
    hint: 'Let people sign in, or set an API token and send it as "Authorization: Bearer …".',
  });
