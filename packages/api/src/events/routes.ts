import { route } from '../contract/route.ts';
import { serverMessage } from './event.ts';

export const eventRoutes = {
  openEvents: route({
    method: 'GET',
    path: '/api/v1/events',
    summary: 'Open the event socket (WebSocket)',
    description:
      'Send `{"subscribe":{"id":"a","run":"1042"}}` (schema ClientMessage); the server sends ServerMessages. Events are ' +
      'hints: they may be lost when the connection is, and are dropped, with a `gap`, for a reader that is too slow.',
    tag: 'events',
    access: 'api',
    responses: {
      101: { description: 'The socket is open; each message is one ServerMessage.', schema: serverMessage },
    },
    errors: ['invalid_request', 'overloaded'],
  }),
};
