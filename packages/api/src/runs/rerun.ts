import { z } from 'zod';
import { idempotencyKey } from '../contract/idempotency-key.ts';
import { jsonObject, time } from '../contract/values.ts';
import { runStatus } from './run-status.ts';

/** From where a run runs again. What failed, was cancelled or did not run runs again in any case. */
const startingPoint = z
  .union([
    z.enum(['start', 'failed', 'changed']).meta({
      description:
        '`start`: all of it. `failed`: only what did not succeed. `changed`: steps that the new plan describes otherwise.',
    }),
    z
      .strictObject({
        step: z.string().min(1).max(200),
        items: z.array(z.int().min(0)).min(1).max(10_000).optional().meta({
          description: 'Items of a for-each step, from 0; absent: the whole step.',
        }),
      })
      .meta({ description: 'One step, and what is behind it.' }),
  ])
  .meta({ id: 'StartingPoint' });
export type GivenStartingPoint = z.output<typeof startingPoint>;

export const rerunBody = z.strictObject({
  from: z.array(startingPoint).min(1).max(100),
  input: jsonObject.optional().meta({
    description: "Takes the place of those inputs of the old run; the whole is checked against the workflow's schema.",
  }),
  plan: z
    .union([z.enum(['same', 'live']), z.strictObject({ revision: z.string().min(1).max(200) })])
    .default('same')
    .meta({
      description: 'Which version of the workflow runs: that of the old run, the live one, or that of a revision.',
    }),
  idempotency_key: idempotencyKey.optional().meta({ description: 'One run for each key in a workspace.' }),
});

export const startedRerun = z
  .object({
    id: z.string(),
    created: z.boolean().meta({ description: 'false: an earlier call with the same idempotency key started it.' }),
    rerun_of: z.string(),
  })
  .meta({ id: 'StartedRerun' });
export type StartedRerun = z.output<typeof startedRerun>;

/** In a run: that it is a re-run, and of which one. */
export const rerunOf = z.object({ run: z.string(), from: z.array(startingPoint) }).meta({ id: 'RerunOf' });

export const rerunEntry = z.object({ run: z.string(), status: runStatus, created_at: time }).meta({ id: 'Rerun' });

/** In a step: what it took over from another run instead of doing it. */
export const reusedResult = z
  .object({
    run: z.string().meta({ description: 'Whose attempt gave the result: its logs are there.' }),
    attempt: z.int().nullable().meta({ description: 'null: items were taken over; 0: no attempt was made.' }),
    items: z.int().nullable().meta({ description: 'Of a for-each: how many items were taken over.' }),
  })
  .meta({ id: 'ReusedResult' });
