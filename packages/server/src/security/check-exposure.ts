import { MillraceError } from '@millrace/core';
import type { ServerOptions } from '../server-options.ts';
import { isLoopbackHost } from './loopback.ts';

const shortestToken = 16;

/** Refuses options that would open the server to others than its operator meant. Throws `configuration`. */
export function checkExposure({ host, apiToken, signIn, workerToken }: ServerOptions): void {
  for (const [kind, token] of [
    ['API token', apiToken],
    ['worker token', workerToken],
  ] as const) {
    if (token !== undefined && (token.length < shortestToken || /\s/.test(token))) {
      throw new MillraceError('configuration', `The ${kind} is too short or has blanks in it.`, {
        hint: `Use at least ${shortestToken} characters without blanks, for example the output of "openssl rand -hex 24".`,
      });
    }
  }
  if (apiToken === undefined && signIn !== true && !isLoopbackHost(host)) {
    throw new MillraceError('configuration', `The server does not listen on ${host} without sign-in or an API token.`, {
      hint: 'Whoever reaches it could run commands here. Let people sign in, set an API token, or listen on 127.0.0.1.',
      details: { host },
    });
  }
}
