import { limitKinds } from '@millrace/core';
import { z } from 'zod';
import { time } from '../contract/values.ts';

export const limitKind = z.enum(limitKinds).meta({
  description: 'Holders of a key at once, attempts of a queue at once, or starts in a span of time.',
});
export const whenFull = z.enum(['queue', 'skip', 'cancel_oldest']);

const position = {
  run: z.string(),
  workflow: z.string().nullable().meta({ description: 'null: the run is not known any more.' }),
  step: z.string().nullable().meta({ description: 'null: the run itself.' }),
  item: z.int().meta({ description: 'Of a for-each step, from 0; -1: the step itself.' }),
  iteration: z.int(),
  since: time,
};

/** A limit that somebody holds or waits for. */
export const limit = z
  .object({
    workspace: z.string(),
    kind: limitKind,
    key: z.string(),
    limit: z.int().meta({ description: 'Of the newest request; each is judged by its own.' }),
    per: z.string().nullable().meta({ description: 'Of a rate: the span in which so many may start.' }),
    held: z.int(),
    waiting: z.int(),
    waiting_since: time.nullable().meta({ description: 'Of the one that has waited for longest.' }),
    free_at: time.nullable().meta({ description: 'Of a rate that is full: when it has room again.' }),
    holders: z.array(z.object(position)).meta({ description: 'The longest first; at most 100.' }),
    waiters: z
      .array(z.object({ ...position, priority: z.int(), when_full: whenFull }))
      .meta({ description: 'In the order of the line; at most 100.' }),
  })
  .meta({ id: 'Limit' });
export type Limit = z.output<typeof limit>;

export const queue = z
  .object({
    workspace: z.string().nullable().meta({ description: 'null: work that an earlier version left.' }),
    queue: z.string(),
    description: z.string().nullable(),
    limit: z.int().nullable().meta({ description: 'How many attempts may be under way at once; null: any number.' }),
    held: z.int().meta({ description: 'Of a limited queue: attempts that are under way by its limit.' }),
    waiting: z.int().meta({ description: 'Of a limited queue: attempts that wait for its limit.' }),
    ready: z.int().meta({ description: 'Attempts that wait for a worker.' }),
    leased: z.int().meta({ description: 'Attempts that workers hold.' }),
    oldest_at: time.nullable().meta({ description: 'Since when the one waits that has waited for longest.' }),
  })
  .meta({ id: 'Queue' });
export type Queue = z.output<typeof queue>;
