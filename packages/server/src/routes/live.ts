import { routes } from '@millrace/api';
import { MillraceError } from '@millrace/core';
import { networkOf } from '@millrace/engine';
import type { FastifyInstance } from 'fastify';
import { routeOptions } from '../contract/mount-route.ts';
import { createAdmission } from '../live/admission.ts';
import { createLiveSocket } from '../live/live-socket.ts';
import { createReaderWithin } from '../live/reader-within.ts';
import { watchCaller } from '../permissions/watch-caller.ts';
import type { ServerContext } from '../server-context.ts';

/** A message of a client is a subscription; more is a mistake or an attack. */
export const maxClientMessageBytes = 16 * 1024;

export function addLiveRoutes(app: FastifyInstance, { engine, hub, limits, runObjects }: ServerContext): void {
  const admission = createAdmission(limits);
  app.route({
    ...routeOptions('openLive'),
    method: 'GET',
    preHandler: (request, _reply, done) => {
      if (!request.ws) {
        done(
          new MillraceError('invalid_request', `${routes.openLive.path} is a WebSocket.`, {
            hint: 'Connect to it with a WebSocket client (ws:// or wss://).',
          }),
        );
        return;
      }
      const refusal = admission.refusal(networkOf(request.ip), hub.size(), Date.now());
      done(
        refusal === null ? undefined : new MillraceError('overloaded', refusal, { hint: 'Share one socket, or wait.' }),
      );
    },
    handler: (_request, reply) => reply.callNotFound(),
    wsHandler: (socket, { actor }) => {
      if (actor === null) throw new Error('An event socket was opened by nobody.');
      const reader = createLiveSocket(socket, limits);
      const seen = createReaderWithin(reader, actor.authority, runObjects);
      const remove = hub.add(seen);
      const stopWatching = watchCaller(engine, actor, limits.recheckMs, (now) => {
        if (now === null) reader.signedOut();
        else seen.narrow(now.authority);
      });
      const timer = setInterval(reader.checkAlive, limits.socketPingMs);
      socket.on('pong', reader.heard);
      socket.on('message', (data) => {
        reader.heard();
        reader.receive(data.toString());
      });
      socket.on('close', () => {
        clearInterval(timer);
        stopWatching();
        remove();
      });
    },
  });
}
