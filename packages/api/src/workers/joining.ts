import { z } from 'zod';
import { name, time } from '../contract/values.ts';

const names = z.array(z.string().min(1).max(300)).max(100).nullable().default(null);

/** What workers may serve; what is left out is not bound. */
export const givenBounds = z
  .strictObject({
    workspaces: names.meta({ description: 'Work of these workspaces only; null: of all.' }),
    queues: names.meta({ description: 'Of these queues only; null: of all.' }),
    labels: names.meta({ description: 'They count as having these labels, and no others; null: whichever they say.' }),
  })
  .default({ workspaces: null, queues: null, labels: null });

const shownNames = z.array(z.string()).nullable();
export const workerBounds = z
  .object({ workspaces: shownNames, queues: shownNames, labels: shownNames })
  .meta({ id: 'WorkerBounds' });

export const joinToken = z
  .object({
    id: z.string().meta({ description: 'It stands in the token, after `mrj_`.' }),
    name: z.string(),
    bounds: workerBounds,
    created_at: time,
    created_by: z.string(),
    until: time.nullable().meta({ description: 'null: it does not expire.' }),
    most_uses: z.int().nullable().meta({ description: 'How many workers may join with it; null: any number.' }),
    uses: z.int(),
    used_at: time.nullable(),
    state: z.enum(['good', 'expired', 'used_up']),
  })
  .meta({ id: 'JoinToken' });
export type JoinToken = z.output<typeof joinToken>;

export const madeJoinToken = z
  .object({
    join_token: joinToken,
    token: z.string().meta({ description: 'For `millrace work --join-token`. It is shown here and never again.' }),
  })
  .meta({ id: 'MadeJoinToken' });
export type MadeJoinToken = z.output<typeof madeJoinToken>;

export const joinedWorker = z
  .object({
    id: z.string().meta({ description: 'Its token begins with it, after `mrw_`; the ids of its processes as well.' }),
    name: z.string().meta({ description: 'As it called itself when it joined.' }),
    bounds: workerBounds,
    join_token: z.string().meta({ description: 'The id of the token that it joined with, which may be gone.' }),
    joined_at: time,
    used_at: time.meta({ description: 'When it was last heard of, to the minute.' }),
    rotated_at: time.meta({ description: 'Since when it has the token that it has.' }),
    revoked_at: time.nullable(),
    revoked_by: z.string().nullable(),
  })
  .meta({ id: 'JoinedWorker' });
export type JoinedWorker = z.output<typeof joinedWorker>;

export const joinedParams = z.object({ joined: name });
export const joinTokenParams = z.object({ join_token: name });

/** As many joined workers as a list shows. */
export const mostJoined = 1_000;
