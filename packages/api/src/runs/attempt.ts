import { stepStatuses, waitKinds } from '@millrace/core';
import { z } from 'zod';
import { json, jsonObject, time } from '../contract/values.ts';
import { fault } from './run-step.ts';

/** One attempt of a step or item, ended or under way. */
export const attempt = z
  .object({
    step: z.string(),
    item: z.int().meta({ description: 'Of a for-each step, from 0; -1: the step itself.' }),
    iteration: z.int().meta({ description: 'From 0.' }),
    attempt: z.int().meta({ description: 'From 1; 0: it ended without any (skipped, reused, or a whole for-each).' }),
    status: z.enum(stepStatuses),
    reason: z.string().nullable(),
    ready_at: time.nullable().meta({ description: 'Since when it could begin.' }),
    started_at: time.nullable().meta({ description: 'When a worker took it.' }),
    ended_at: time.nullable(),
    worker: z.string().nullable().meta({ description: 'Id of the worker that has or had it.' }),
    waits_for: z.enum(waitKinds).nullable().meta({ description: 'While its status is `waiting`: what for.' }),
    due_at: time.nullable().meta({ description: 'When that ends by itself; null: something else ends it.' }),
    input: jsonObject.nullable().meta({ description: 'What the action was called with; null without `values`.' }),
    output: json.meta({ description: 'null without `values`.' }),
    error: fault.nullable(),
  })
  .meta({ id: 'Attempt' });
export type Attempt = z.output<typeof attempt>;

/** How many attempts one page may have: a run of thousands of steps is drawn from a few. */
export const maxAttempts = 5_000;
