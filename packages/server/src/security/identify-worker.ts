// Who speaks the worker protocol:
//
//   Authorization: Bearer mrw_…            the worker that joined with it: as itself, and nobody else
//   Authorization: Bearer <shared token>   whoever has it: as any worker that did not join
//   nothing                                on a server without a shared token, whoever is on its machine: the same
//
// A worker that joins shows a join token, which its own operation looks at.
import { isWorkerToken, MillraceError, readJoinToken } from '@millrace/core';
import type { JoinedWorker } from '@millrace/engine';
import type { FastifyRequest } from 'fastify';
import type { ServerContext } from '../server-context.ts';
import { bearerToken, isSameToken } from './bearer-token.ts';
import { isFromThisMachine } from './loopback.ts';

/** The worker that shows a token of its own. */
export type ShownWorker = Readonly<{ worker: JoinedWorker; token: string }>;

/** null: whoever may speak for workers that did not join. Throws `unauthorized` and `worker_revoked`. */
export async function identifyWorker(
  request: FastifyRequest,
  { engine, options }: Pick<ServerContext, 'engine' | 'options'>,
): Promise<ShownWorker | null> {
  const token = bearerToken(request);
  if (request.routeOptions.config.operationId === 'joinWorker') {
    if (token !== null && readJoinToken(token) !== null) return null;
    throw new MillraceError('join_refused', 'The request has no join token.', {
      hint: 'Send "Authorization: Bearer …" with one: millrace worker join-token create makes it.',
    });
  }
  if (token !== null && isWorkerToken(token)) return { worker: await engine.joining.identify(token), token };
  if (options.workerToken !== undefined) {
    if (isSameToken(token, options.workerToken)) return null;
    throw new MillraceError('unauthorized', 'The request has no valid worker token.', {
      hint: 'Send "Authorization: Bearer …" with the token of a worker that joined, or with the server\'s shared worker token.',
    });
  }
  if (isFromThisMachine(request)) return null;
  throw new MillraceError('unauthorized', 'A worker on another machine than the server must have joined.', {
    hint: 'Start it with a join token (millrace worker join-token create), or give server and worker the same worker token.',
  });
}
