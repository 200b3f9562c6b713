// Who makes a request of the API:
//
//   Authorization: Bearer <API key>        the key's account, within the key's scopes
//   Authorization: Bearer <API token>      whoever has the server's own token: everything
//   Authorization: Bearer <access token>   the account that signed in (programs that keep a session)
//   the cookie of a session                the same, in a browser
//   nothing, and nobody is asked           whoever is on this machine: everything
//
// An API key or session counts also where nobody is asked, so that what it may do can be tried out. Shown twice, the header
// counts: a program means it, while a browser sends its cookies by itself.
import { MillraceError } from '@millrace/core';
import { type Actor, rootActor } from '@millrace/engine';
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
  if (options.apiToken !== undefined && isSameToken(bearer, options.apiToken)) return rootActor('token');
  const token = bearer ?? cookieToken(request, 'access', isSecure(request, options));
  const actor = token === null ? null : await identify.bySession(token);
  if (actor !== null) return actor;
  if (asksWho(options)) throw notSignedIn(token !== null, options);
  if (isFromThisMachine(request)) return rootActor('local');
  throw fromElsewhere();
}

const refuse = (error: MillraceError): never => {
  throw error;
};

const wrongKey = (): MillraceError =>
  new MillraceError(
    'unauthorized',
    'The API key is not good: it is wrong, removed or expired, or its account is disabled.',
    { hint: 'Ask an administrator for another one.' },
  );

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
