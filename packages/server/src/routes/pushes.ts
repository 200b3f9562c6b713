import { MillraceError } from '@millrace/core';
import { isSignedPush } from '@millrace/engine';
import type { FastifyInstance } from 'fastify';
import { mountRoute } from '../contract/mount-route.ts';
import { signedRequest } from '../contract/signed-request.ts';
import type { ServerContext } from '../server-context.ts';
import { loadsHere } from './workspaces.ts';

/** The push hooks of Git workspaces. Signatures are made over bytes, so bodies of any type stay bytes here. */
export function addPushRoutes(app: FastifyInstance, context: ServerContext): void {
  app.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
    mountRoute(scope, 'receivePush', async ({ params, request }) => {
      const { workspace } = params;
      const sources = loadsHere(context.options.sources);
      const secret = await sources.hookSecret(workspace);
      const signed = signedRequest(request);
      // One answer for what is not there and what is not known: nobody learns which workspaces exist.
      if (secret === null || !isSignedPush(signed, secret)) {
        throw new MillraceError('unauthorized', `This is no push that workspace "${workspace}" takes.`, {
          hint: 'Give the workspace a `hook` in millrace.yaml, and its secret to the host of the repository.',
        });
      }
      sources.syncSoon(workspace);
      return { accepted: true as const };
    });
  });
}
