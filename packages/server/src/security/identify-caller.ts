// Who makes a request of the API:
//
//   Authorization: Bearer <API key>     the key's account, within the key's scopes
//   Authorization: Bearer <API token>   whoever has the server's own token: everything
//   nothing, and no token is asked for  whoever is on this machine: everything
//
// An API key counts also where none is asked for, so that what it may do can be tried out.
import { MillraceError } from '@millrace/core';
import { type Actor, rootActor } from '@millrace/engine';
import type { FastifyRequest } from 'fastify';
import type { ServerContext } from '../server-context.ts';
import { bearerToken, isSameToken } from './bearer-token.ts';
import { isFromThisMachine } from './loopback.ts';

type Context = Pick<ServerContext, 'engine' | 'options'>;

const isApiKey = (token: string): boolean => token.startsWith('mrk_');

/** Throws `unauthorized`. */
export async function identifyCaller(request: FastifyRequest, { engine, options }: Context): Promise<Actor> {
  const token = bearerToken(request);
  if (token !== null && isApiKey(token)) {
    const actor = await engine.people.identify.byApiKey(token);
    if (actor !== null) return actor;
    throw new MillraceError(
      'unauthorized',
      'The API key is not good: it is wrong, removed or expired, or its account is disabled.',
      { hint: 'Ask an administrator for another one.' },
    );
  }
  if (options.apiToken !== undefined) {
    if (isSameToken(token, options.apiToken)) return rootActor('token');
    throw new MillraceError('unauthorized', 'The request has no valid API token and no API key.', {
      hint: 'Send "Authorization: Bearer …" with an API key, or with the server\'s API token.',
    });
  }
  if (isFromThisMachine(request)) return rootActor('local');
  throw fromElsewhere();
}

export const fromElsewhere = (): MillraceError =>
  new MillraceError('unauthorized', 'Without an API token, the server answers to this machine only, and to no proxy.', {
    hint: 'Set an API token and send it as "Authorization: Bearer …".',
  });
