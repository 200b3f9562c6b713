// What goes over the event socket. The client subscribes; the server confirms and then sends events as they happen.
import { runStatuses, stepStatuses } from '@millrace/core';
import { z } from 'zod';
import { name, runIdText, time } from '../contract/values.ts';

const attempt = { step: z.string(), item: z.int(), iteration: z.int(), attempt: z.int() };
const ofRun = { run: z.string(), workspace: z.string(), workflow: z.string() };

const event = z
  .discriminatedUnion('type', [
    z.object({ type: z.literal('run'), ...ofRun, status: z.enum(runStatuses), version: z.int(), at: time }),
    z.object({
      type: z.literal('step'),
      ...ofRun,
      ...attempt,
      status: z.enum(stepStatuses),
      reason: z.string().nullable(),
      at: time,
    }),
    z.object({ type: z.literal('log'), ...ofRun, ...attempt, size_bytes: z.int() }),
    z.object({
      type: z.literal('workspace'),
      workspace: z.string(),
      revision: z.string().nullable(),
      errors: z.int().meta({ description: 'Of the last look at the source.' }),
    }),
    z.object({ type: z.literal('changed'), run: z.string() }).meta({
      description:
        'Another server changed this run: look again. Its workspace and workflow are not known here, so it ' +
        'goes to every subscription that does not name another run.',
    }),
  ])
  .meta({ id: 'LiveEvent' });
export type LiveEvent = z.output<typeof event>;
export type LiveEventType = LiveEvent['type'];
export const liveEventTypes = [
  'run',
  'step',
  'log',
  'workspace',
  'changed',
] as const satisfies readonly LiveEventType[];

const subscription = z
  .strictObject({
    id: z
      .string()
      .min(1)
      .max(100)
      .meta({ description: 'Chosen by the client; the same id again replaces the filter.' }),
    workspace: name.optional(),
    workflow: name.optional(),
    run: runIdText.optional(),
    types: z.array(z.enum(liveEventTypes)).min(1).optional().meta({ description: 'Default: all.' }),
  })
  .meta({ id: 'Subscription' });
export type Subscription = z.output<typeof subscription>;

/** Exactly one key says what the message is. */
export const clientMessage = z
  .union([
    z.strictObject({ subscribe: subscription }),
    z.strictObject({ unsubscribe: z.strictObject({ id: z.string().min(1).max(100) }) }),
    z.strictObject({ ping: z.union([z.string().max(100), z.number()]) }),
  ])
  .meta({ id: 'ClientMessage' });
export type ClientMessage = z.output<typeof clientMessage>;

export const serverMessage = z
  .discriminatedUnion('type', [
    z.object({ type: z.literal('subscribed'), id: z.string() }),
    z.object({ type: z.literal('unsubscribed'), id: z.string() }),
    z.object({ type: z.literal('pong'), ping: z.union([z.string(), z.number()]) }),
    z.object({
      type: z.literal('event'),
      sequence: z.int().meta({ description: 'Counts the events and gaps of this socket, from 1.' }),
      subscriptions: z.array(z.string()).meta({ description: 'Ids of the subscriptions that it matches.' }),
      event,
    }),
    z
      .object({ type: z.literal('gap'), sequence: z.int(), dropped: z.int().nullable() })
      .meta({ description: 'Events are missing (`dropped` of them, where it is known): read again what you show.' }),
    z.object({
      type: z.literal('error'),
      error: z.object({ code: z.string(), message: z.string(), hint: z.string().nullable() }),
    }),
  ])
  .meta({ id: 'ServerMessage' });
export type ServerMessage = z.output<typeof serverMessage>;
