import { z } from 'zod';
import { caller as by } from '../contract/caller.ts';
import { idempotencyHeader } from '../contract/idempotency-key.ts';
import { paged, pageQuery } from '../contract/page.ts';
import { route } from '../contract/route.ts';
import { givenTime, name, queryFlag, queryInteger, runIdText } from '../contract/values.ts';
import { maxWaitSeconds } from '../workflows/routes.ts';
import { attempt, maxAttempts } from './attempt.ts';
import { bulkAnswer, bulkBody } from './bulk.ts';
import { explanation } from './explanation.ts';
import { rerunBody, startedRerun } from './rerun.ts';
import { run, runOutput, runSummary, waitedRun } from './run.ts';
import { runStatus } from './run-status.ts';
import { stepStatus } from './run-step.ts';

const params = z.object({ run: runIdText });

/** Which runs; the same for those who list and those who count. */
const runFilter = {
  workspace: name.optional(),
  workflow: name.optional(),
  status: z
    .union([runStatus, z.array(runStatus)])
    .transform((status) => (Array.isArray(status) ? status : [status]))
    .optional()
    .meta({ description: 'Repeat it for several: `status=failed&status=timed_out`.' }),
  parent: runIdText.optional().meta({ description: 'Only the runs that this run started.' }),
  rerun_of: runIdText.optional().meta({ description: 'Only re-runs of this run.' }),
  tag: z.string().min(1).max(100).optional(),
  created_after: givenTime.optional(),
  created_before: givenTime.optional(),
  top_level: queryFlag.optional().meta({ description: '`true`: only runs that no other run started.' }),
};

const turned = z.object({ id: z.string(), status: runStatus });

export const runRoutes = {
  listRuns: route({
    method: 'GET',
    path: '/api/v1/runs',
    summary: 'List runs, newest first',
    tag: 'runs',
    access: 'api',
    needs: 'run:read',
    query: z.strictObject({
      ...pageQuery,
      ...runFilter,
    }),
    responses: { 200: { description: 'A page of runs.', schema: paged(runSummary) } },
    errors: ['invalid_request', 'store_unavailable'],
  }),
  countRuns: route({
    method: 'GET',
    path: '/api/v1/runs/count',
    summary: 'Count runs by status',
    description:
      'Counting takes longer the more runs match: bound it by `status` or `created_after` where there are many.',
    tag: 'runs',
    access: 'api',
    needs: 'run:read',
    query: z.strictObject(runFilter),
    responses: { 200: { description: 'How many of each status.', schema: z.record(runStatus, z.int()) } },
    errors: ['invalid_request', 'store_unavailable'],
  }),
  getRun: route({
    method: 'GET',
    path: '/api/v1/runs/{run}',
    summary: 'Get a run with its steps, input, output and error',
    tag: 'runs',
    access: 'api',
    needs: 'run:read',
    params,
    query: z.strictObject({ include: z.literal('plan').optional().meta({ description: '`plan`: also the graph.' }) }),
    responses: { 200: { description: 'The run.', schema: run } },
    errors: ['invalid_request', 'run_not_found', 'store_unavailable'],
  }),
  listAttempts: route({
    method: 'GET',
    path: '/api/v1/runs/{run}/attempts',
    summary: "List a run's attempts, ended and under way, in the order of steps, iterations and items",
    tag: 'runs',
    access: 'api',
    needs: 'run:read',
    params,
    query: z.strictObject({
      limit: queryInteger
        .min(1)
        .max(maxAttempts)
        .default(500)
        .meta({ description: 'The most attempts to answer with.' }),
      after: z
        .string()
        .regex(/^\d{1,9}\/\d{1,9}\/-?\d{1,9}\/\d{1,9}$/, 'Expected `next` of the page before.')
        .optional()
        .meta({ description: '`next` of the page before; absent for the first page.' }),
      step: name.optional(),
      item: queryInteger.min(-1).optional(),
      iteration: queryInteger.min(0).optional(),
      status: z
        .union([stepStatus, z.array(stepStatus)])
        .transform((status) => (Array.isArray(status) ? status : [status]))
        .optional()
        .meta({ description: 'Repeat it for several.' }),
      latest: queryFlag.default(false).meta({ description: 'Leave out attempts that others followed.' }),
      values: queryFlag.default(false).meta({ description: 'With inputs and outputs.' }),
    }),
    responses: { 200: { description: 'A page of attempts.', schema: paged(attempt) } },
    errors: ['invalid_request', 'run_not_found', 'not_found', 'store_unavailable'],
  }),
  explainRun: route({
    method: 'GET',
    path: '/api/v1/runs/{run}/explain',
    summary: 'Say why a run, a step or an item does not go on, and who can change it',
    description:
      'Without `step`: the run, and each of its steps that has not ended. With `step`: the step, and its items under ' +
      'way. Decide by `reason`; `message` is for people.',
    tag: 'runs',
    access: 'api',
    needs: 'run:read',
    params,
    query: z.strictObject({
      step: name.optional(),
      item: queryInteger.min(0).optional().meta({ description: 'An item of the for-each step, from 0.' }),
    }),
    responses: { 200: { description: 'The reasons.', schema: explanation } },
    errors: ['invalid_request', 'run_not_found', 'not_found', 'store_unavailable'],
  }),
  cancelRun: route({
    method: 'POST',
    path: '/api/v1/runs/{run}/cancel',
    summary: 'Cancel a run',
    description: 'What runs is asked to stop and, after a grace, killed. The run ends as `cancelled` after that.',
    tag: 'runs',
    access: 'api',
    needs: 'run:control',
    params,
    body: z.strictObject({
      by,
      reason: z.string().min(1).max(1000).optional(),
      force: z.boolean().default(false).meta({ description: 'Kill at once, without the grace.' }),
    }),
    responses: {
      202: { description: 'The cancellation is stored.', schema: turned },
    },
    errors: ['invalid_request', 'run_not_found', 'run_ended', 'store_unavailable'],
  }),
  pauseRun: route({
    method: 'POST',
    path: '/api/v1/runs/{run}/pause',
    summary: 'Pause a run',
    description:
      'Nothing begins in the run, nor in the runs that it waits for, until it is resumed. What workers hold goes on, and ' +
      'its results count. The timeout of the run stands still.',
    tag: 'runs',
    access: 'api',
    needs: 'run:control',
    params,
    body: z.strictObject({ by, reason: z.string().min(1).max(1000).optional() }),
    responses: { 200: { description: 'The run is paused.', schema: turned } },
    errors: [
      'invalid_request',
      'run_not_found',
      'run_ended',
      'run_paused',
      'run_stopping',
      'run_not_pausable',
      'store_unavailable',
    ],
  }),
  resumeRun: route({
    method: 'POST',
    path: '/api/v1/runs/{run}/resume',
    summary: 'Resume a paused run',
    description:
      'What was held begins now. Runs that were paused with it go on; one that was paused by itself stays so.',
    tag: 'runs',
    access: 'api',
    needs: 'run:control',
    params,
    body: z.strictObject({ by }),
    responses: { 200: { description: 'The run goes on.', schema: turned } },
    errors: ['invalid_request', 'run_not_found', 'run_ended', 'run_not_paused', 'store_unavailable'],
  }),
  bulkRuns: route({
    method: 'POST',
    path: '/api/v1/runs/bulk',
    summary: 'Retry, pause, resume or cancel all runs that a filter means',
    description:
      'A page at a time, newest first; each run for itself, so the answer tells what came of each. The call may be made ' +
      'again: nothing is done twice.',
    tag: 'runs',
    access: 'api',
    needs: 'run:control',
    body: bulkBody,
    responses: { 200: { description: 'What came of each run of the page.', schema: bulkAnswer } },
    errors: ['invalid_request', 'store_unavailable'],
  }),
  rerunRun: route({
    method: 'POST',
    path: '/api/v1/runs/{run}/rerun',
    summary: 'Run an ended run again, keeping what need not run again',
    description:
      'Starts a new run that takes over the results of the old one, except those of the starting points, of what is ' +
      'behind them, and of what did not succeed. Answers when the new run is stored.',
    tag: 'runs',
    access: 'api',
    needs: 'run:control',
    params,
    headers: idempotencyHeader,
    body: rerunBody,
    responses: {
      201: { description: 'A new run.', schema: startedRerun },
      200: { description: 'The run that this idempotency key started before.', schema: startedRerun },
    },
    errors: [
      'invalid_request',
      'invalid_input',
      'run_not_found',
      'run_not_ended',
      'workflow_not_found',
      'not_found',
      'invalid_definition',
      'too_large',
      'overloaded',
      'store_unavailable',
    ],
  }),
  getRunOutput: route({
    method: 'GET',
    path: '/api/v1/runs/{run}/output',
    summary: "Get a run's output",
    tag: 'runs',
    access: 'api',
    needs: 'run:read',
    params,
    responses: { 200: { description: 'The output; null while there is none.', schema: runOutput } },
    errors: ['invalid_request', 'run_not_found', 'store_unavailable'],
  }),
  waitForRun: route({
    method: 'GET',
    path: '/api/v1/runs/{run}/wait',
    summary: 'Wait for the end of a run',
    description:
      'Answers when the run has ended, when the time is over, or when the server stops. Call it again while `ended` is ' +
      'false.',
    tag: 'runs',
    access: 'api',
    needs: 'run:read',
    params,
    query: z.strictObject({
      timeout: z.coerce.number<number>().min(0).max(maxWaitSeconds).default(30).meta({ description: 'Seconds.' }),
    }),
    responses: { 200: { description: 'The run.', schema: waitedRun } },
    errors: ['invalid_request', 'run_not_found', 'store_unavailable'],
  }),
};
