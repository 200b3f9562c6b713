import { route } from '../contract/route.ts';
import { serverMessage } from './live-event.ts';

export const liveRoutes = {
  openLive: route({
    method: 'GET',
    path: '/api/v1/live',
    summary: 'Watch what happens, live (WebSocket)',
    description:
      'Send `{"subscribe":{"id":"a","run":"1042"}}` (schema ClientMessage); the server sends ServerMessages: what changed ' +
      'in runs, steps, logs and workspaces. These are hints, not the events of a workspace: they may be lost when the connection is, and are dropped, with a `gap`, for a reader that is too slow.',
    tag: 'live',
    access: 'api',
    needs: 'run:read',
    responses: {
      101: { description: 'The socket is open; each message is one ServerMessage.', schema: serverMessage },
    },
    errors: ['invalid_request', 'overloaded'],
  }),
};
