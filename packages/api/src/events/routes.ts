import { z } from 'zod';
import { paged, pageQuery } from '../contract/page.ts';
import { route } from '../contract/route.ts';
import { jsonObject, name, via } from '../contract/values.ts';
import { event, eventDetail, eventIdText } from './event.ts';

const eventType = z
  .string()
  .regex(/^[A-Za-z0-9_][A-Za-z0-9_.:/-]{0,199}$/, 'Expected a type such as order.paid: letters, digits and _ . : / -.');
const key = z.string().min(1).max(500);

export const eventRoutes = {
  emitEvent: route({
    method: 'POST',
    path: '/api/v1/events',
    summary: 'Emit an event',
    description:
      'It is stored when this answers. Runs that wait for it go on, and triggers of type `event` start runs, right after ' +
      'that. With a `key`, sending it again gives the first one.',
    tag: 'events',
    access: 'api',
    needs: 'event:emit',
    body: z.strictObject({
      workspace: name,
      type: eventType,
      payload: jsonObject.default({}).meta({ description: 'At most 262,144 characters of JSON.' }),
      key: key.optional(),
      via,
    }),
    responses: {
      201: {
        description: 'The event.',
        schema: z.object({ event, created: z.boolean().meta({ description: 'false: there was one with this key.' }) }),
      },
    },
    errors: ['invalid_request', 'too_large', 'workspace_not_found', 'store_unavailable'],
  }),
  listEvents: route({
    method: 'GET',
    path: '/api/v1/events',
    summary: 'List events, newest first',
    tag: 'events',
    access: 'api',
    needs: 'event:read',
    query: z.strictObject({
      ...pageQuery,
      after: eventIdText.optional().meta({ description: '`next` of the page before; absent for the first page.' }),
      workspace: name.optional(),
      type: eventType.optional(),
      key: key.optional(),
    }),
    responses: { 200: { description: 'A page of events.', schema: paged(event) } },
    errors: ['invalid_request', 'store_unavailable'],
  }),
  getEvent: route({
    method: 'GET',
    path: '/api/v1/events/{event}',
    summary: 'Get an event, and what came of it',
    tag: 'events',
    access: 'api',
    needs: 'event:read',
    params: z.object({ event: eventIdText }),
    responses: { 200: { description: 'The event.', schema: eventDetail } },
    errors: ['invalid_request', 'event_not_found', 'store_unavailable'],
  }),
};
