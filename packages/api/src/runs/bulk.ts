import type { ErrorCode } from '@millrace/core';
import { z } from 'zod';
import { caller } from '../contract/caller.ts';
import { givenTime, name } from '../contract/values.ts';
import { errorCodes } from '../errors/error-envelope.ts';
import { runStatus } from './run-status.ts';

const bulkActions = ['retry', 'pause', 'resume', 'cancel'] as const;

export const bulkBody = z.strictObject({
  action: z.enum(bulkActions),
  filter: z
    .strictObject({
      workspace: name.optional(),
      workflow: name.optional(),
      status: z.array(runStatus).min(1).optional().meta({
        description: 'Default: those that the action is for; of `retry` not those that were cancelled.',
      }),
      tag: z.string().min(1).max(100).optional(),
      created_after: givenTime.optional(),
      created_before: givenTime.optional(),
    })
    .meta({ description: 'Which runs. Runs that other runs started are left to these.' }),
  by: caller,
  reason: z.string().min(1).max(1000).optional(),
  force: z.boolean().default(false).meta({ description: 'Of `cancel`: kill at once, without the grace.' }),
  plan: z
    .enum(['same', 'live'])
    .default('same')
    .meta({ description: 'Of `retry`: which version of the workflow runs.' }),
  limit: z.int().min(1).max(500).default(100).meta({ description: 'The most runs of this call.' }),
  after: z.string().min(1).max(200).optional().meta({ description: '`next` of the call before.' }),
  dry_run: z.boolean().default(false).meta({ description: 'Only tell what would be done.' }),
});

const outcomes = ['done', 'unchanged', 'planned', 'failed'] as const;

export const bulkAnswer = z
  .object({
    action: z.enum(bulkActions),
    dry_run: z.boolean(),
    counts: z.object({ done: z.int(), unchanged: z.int(), planned: z.int(), failed: z.int() }),
    items: z.array(
      z
        .object({
          run: z.string(),
          workspace: z.string(),
          workflow: z.string(),
          status: runStatus.meta({ description: 'Before.' }),
          outcome: z.enum(outcomes).meta({
            description:
              '`unchanged`: it was done before, or the run moved on. `planned`: it would be done, in a dry run.',
          }),
          rerun: z
            .string()
            .nullable()
            .meta({ description: 'Of `retry`: the new run, or the one that there is already.' }),
          error: z
            .object({
              code: z.enum(errorCodes as [ErrorCode, ...ErrorCode[]]),
              message: z.string(),
              hint: z.string().nullable(),
            })
            .nullable(),
        })
        .meta({ id: 'BulkOutcome' }),
    ),
    next: z.string().nullable().meta({ description: 'Give it as `after` for the rest; null: no more.' }),
  })
  .meta({ id: 'BulkAnswer' });
export type BulkAnswer = z.output<typeof bulkAnswer>;
