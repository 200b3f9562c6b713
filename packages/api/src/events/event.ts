import { z } from 'zod';
import { jsonObject, time } from '../contract/values.ts';
import { fault } from '../runs/run-step.ts';

export const eventIdText = z
  .string()
  .regex(/^\d{1,19}$/, 'Expected the id of an event: up to 19 decimal digits.')
  .meta({ examples: ['311'] });

/** An immutable fact that arrived in a workspace. */
export const event = z
  .object({
    id: z.string().meta({ description: 'Grows with each event.' }),
    workspace: z.string(),
    type: z.string(),
    payload: jsonObject,
    source: jsonObject.meta({ description: 'Where it comes from: `{type: api | cli | run | …}`.' }),
    key: z.string().nullable().meta({ description: 'The workspace has one event for each key.' }),
    at: time,
  })
  .meta({ id: 'Event' });
export type Event = z.output<typeof event>;

export const eventDetail = event
  .extend({
    outcome: z
      .object({
        runs: z.array(z.object({ trigger: z.string(), run: z.string() })).meta({ description: 'Started by triggers.' }),
        failures: z.array(z.object({ trigger: z.string(), error: fault })).meta({
          description: 'Triggers that should have started a run and could not.',
        }),
      })
      .nullable()
      .meta({ description: 'What came of it; null until it was delivered. Runs that waited for it are not listed.' }),
  })
  .meta({ id: 'EventDetail' });
export type EventDetail = z.output<typeof eventDetail>;
