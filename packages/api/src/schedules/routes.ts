import { z } from 'zod';
import { paged, pageQuery } from '../contract/page.ts';
import { route } from '../contract/route.ts';
import { givenTime, name, queryFlag, queryInteger, time } from '../contract/values.ts';
import { explainedSchedule, schedule } from './schedule.ts';

const params = z.object({ workspace: name, schedule: name });
const notFound = ['invalid_request', 'workspace_not_found', 'schedule_not_found', 'store_unavailable'] as const;
const startErrors = ['invalid_input', 'invalid_definition', 'workflow_not_found', 'too_large', 'overloaded'] as const;

const who = z
  .string()
  .min(1)
  .max(200)
  .default('api')
  .meta({ description: 'Who asks for it, for those who look later.' });
const decision = z.strictObject({ by: who, reason: z.string().min(1).max(1000).optional() });
const decided = { 200: { description: 'The schedule as it is now.', schema: explainedSchedule } };
const nextCount = queryInteger.min(0).max(100).default(1).meta({ description: 'How many `next_ticks` to tell.' });

export const scheduleRoutes = {
  listSchedules: route({
    method: 'GET',
    path: '/api/v1/schedules',
    summary: 'List schedules, by workspace and name, with their next times',
    tag: 'schedules',
    access: 'api',
    needs: 'schedule:read',
    query: z.strictObject({
      ...pageQuery,
      workspace: name.optional(),
      workflow: name.optional(),
      enabled: queryFlag.optional(),
      search: z.string().min(1).max(200).optional().meta({ description: 'A part of the name, in any case.' }),
      due_before: givenTime.optional().meta({
        description:
          'Those whose next run should have begun before this moment: with one that is past, those that are late.',
      }),
      next: nextCount,
    }),
    responses: { 200: { description: 'A page of schedules.', schema: paged(schedule) } },
    errors: ['invalid_request', 'store_unavailable'],
  }),
  getSchedule: route({
    method: 'GET',
    path: '/api/v1/workspaces/{workspace}/schedules/{schedule}',
    summary: 'Get a schedule, and why it starts runs or does not',
    tag: 'schedules',
    access: 'api',
    needs: 'schedule:read',
    params,
    query: z.strictObject({ next: nextCount }),
    responses: { 200: { description: 'The schedule.', schema: explainedSchedule } },
    errors: notFound,
  }),
  listScheduleTicks: route({
    method: 'GET',
    path: '/api/v1/workspaces/{workspace}/schedules/{schedule}/ticks',
    summary: 'Tell the times of a schedule, past or to come',
    description:
      'Nominal times, without jitter, of the definition as it is now, whether the schedule is enabled or not.',
    tag: 'schedules',
    access: 'api',
    needs: 'schedule:read',
    params,
    query: z.strictObject({
      after: givenTime.optional().meta({ description: 'Default: now.' }),
      limit: queryInteger.min(1).max(1000).default(10),
    }),
    responses: {
      200: { description: 'The first times after that moment.', schema: z.object({ items: z.array(time) }) },
    },
    errors: notFound,
  }),
  enableSchedule: route({
    method: 'POST',
    path: '/api/v1/workspaces/{workspace}/schedules/{schedule}/enable',
    summary: 'Enable a schedule, whatever its definition says',
    description: 'Stays over new revisions until `reset`. Times that passed while it was disabled do not start later.',
    tag: 'schedules',
    access: 'api',
    needs: 'schedule:change',
    params,
    body: decision,
    responses: decided,
    errors: [...notFound, 'conflict'],
  }),
  disableSchedule: route({
    method: 'POST',
    path: '/api/v1/workspaces/{workspace}/schedules/{schedule}/disable',
    summary: 'Disable a schedule, whatever its definition says',
    description: 'Stays over new revisions until `reset`. Runs under way go on.',
    tag: 'schedules',
    access: 'api',
    needs: 'schedule:change',
    params,
    body: decision,
    responses: decided,
    errors: [...notFound, 'conflict'],
  }),
  resetSchedule: route({
    method: 'POST',
    path: '/api/v1/workspaces/{workspace}/schedules/{schedule}/reset',
    summary: 'Take `enable` or `disable` back: the definition decides again',
    tag: 'schedules',
    access: 'api',
    needs: 'schedule:change',
    params,
    body: decision,
    responses: decided,
    errors: [...notFound, 'conflict'],
  }),
  backfillSchedule: route({
    method: 'POST',
    path: '/api/v1/workspaces/{workspace}/schedules/{schedule}/backfill',
    summary: 'Start the runs of a past range that are not there',
    description:
      'At most 1,000 times in a call. Runs carry the nominal time, as those of its ticks do; a time that has a run keeps ' +
      'it, so a call that was lost may be made again.',
    tag: 'schedules',
    access: 'api',
    needs: 'schedule:start',
    params,
    body: z.strictObject({
      from: givenTime.meta({ description: 'The first moment, itself included.' }),
      to: givenTime.meta({ description: 'The last moment, itself included; not in the future.' }),
      dry_run: z.boolean().default(false).meta({ description: 'Only tell what would be started.' }),
      by: who,
    }),
    responses: {
      200: {
        description: 'Each time of the range.',
        schema: z.object({
          dry_run: z.boolean(),
          items: z.array(
            z.object({
              scheduled_at: time,
              run: z.string().nullable().meta({ description: 'null: a dry run, and there is none yet.' }),
              created: z.boolean().meta({ description: 'Whether this call started it (in a dry run: would).' }),
            }),
          ),
        }),
      },
    },
    errors: [...notFound, ...startErrors],
  }),
  fireSchedule: route({
    method: 'POST',
    path: '/api/v1/workspaces/{workspace}/schedules/{schedule}/fire',
    summary: 'Start a run of a schedule now',
    description: 'Also of a disabled one. Its own times go on as they would, and its `concurrency` is not asked.',
    tag: 'schedules',
    access: 'api',
    needs: 'schedule:start',
    params,
    body: z.strictObject({
      by: who,
      idempotency_key: z
        .string()
        .min(1)
        .max(200)
        .optional()
        .meta({ description: 'One run for each key in a workspace.' }),
    }),
    responses: {
      201: { description: 'A new run.', schema: z.object({ id: z.string(), created: z.boolean() }) },
      200: {
        description: 'The run that this idempotency key started before.',
        schema: z.object({ id: z.string(), created: z.boolean() }),
      },
    },
    errors: [...notFound, ...startErrors],
  }),
};
