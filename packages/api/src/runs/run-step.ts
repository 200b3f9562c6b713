import { stepStatuses } from '@millrace/core';
import { z } from 'zod';
import { json, time } from '../contract/values.ts';
import { reusedResult } from './rerun.ts';

export const fault = z
  .object({
    code: z.string().meta({ description: 'Stable: `exit_code`, `timeout`, `expression`, `worker_lost`, …' }),
    message: z.string(),
    hint: z.string().optional(),
    at: z.object({ file: z.string(), line: z.int(), column: z.int() }).optional(),
    step: z.string().optional(),
    details: z.record(z.string(), json).optional(),
    retryable: z.boolean().optional(),
  })
  .meta({ id: 'Fault' });

export const stepStatus = z.enum(stepStatuses).meta({ id: 'StepStatus' });

/** How a step of a run stands. Where it ran several times, the last one counts. */
export const runStep = z
  .object({
    status: stepStatus,
    reason: z.string().nullable().meta({ description: 'Why, where the status alone does not say it.' }),
    attempts: z.int(),
    iterations: z.int().nullable().meta({
      description: 'How often a step entered by transitions ran; the rest tells the last time. null: other steps.',
    }),
    items: z
      .object({
        total: z.int(),
        pending: z.int().meta({ description: 'Not started yet.' }),
        open: z.int().meta({ description: 'Ready, running or waiting.' }),
        succeeded: z.int(),
        failed: z.int(),
        cancelled: z.int(),
      })
      .nullable()
      .meta({ description: 'How the items of a for-each step stand.' }),
    reused: reusedResult.nullable().meta({ description: 'What was taken over from another run, in a re-run.' }),
    output: json,
    error: fault.nullable(),
    started_at: time.nullable(),
    ended_at: time.nullable(),
  })
  .meta({ id: 'RunStep' });
export type RunStep = z.output<typeof runStep>;
