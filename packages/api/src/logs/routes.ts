import { z } from 'zod';
import { route } from '../contract/route.ts';
import { name, queryFlag, queryInteger, runIdText, time } from '../contract/values.ts';

const logEntry = z
  .object({
    step: z.string(),
    item: z.int().meta({ description: "The item's number in a for-each step; -1: the step itself." }),
    iteration: z.int().meta({ description: 'From 0.' }),
    attempt: z.int().meta({ description: 'From 1.' }),
    size_bytes: z.int().meta({ description: 'In the raw format; offsets count these bytes.' }),
  })
  .meta({ id: 'Log' });
export type LogEntry = z.output<typeof logEntry>;

/** One line of the `json` format. */
export const logLine = z
  .object({
    at: time,
    stream: z.enum(['stdout', 'stderr', 'system']).meta({ description: "`system`: Millrace's own remarks." }),
    step: z.string(),
    item: z.int(),
    iteration: z.int(),
    attempt: z.int(),
    text: z.string(),
    next_offset: z.int().meta({ description: "Where the line's log goes on: an `offset` to continue from." }),
  })
  .meta({ id: 'LogLine' });
export type LogLine = z.output<typeof logLine>;

/** Response headers of a part of one log. */
export const nextOffsetHeader = 'millrace-next-offset';
export const logCompleteHeader = 'millrace-log-complete';

/** The most bytes of one part. */
export const maxLogLimitBytes = 8 * 1024 * 1024;

const params = z.object({ run: runIdText });

export const logRoutes = {
  listLogs: route({
    method: 'GET',
    path: '/api/v1/runs/{run}/logs',
    summary: "List a run's logs: one for each attempt that wrote something",
    tag: 'logs',
    access: 'api',
    needs: 'log:read',
    params,
    responses: {
      200: {
        description: 'In the order of steps, iterations, items, attempts.',
        schema: z.object({ items: z.array(logEntry) }),
      },
    },
    errors: ['invalid_request', 'run_not_found', 'blob_store_unavailable', 'store_unavailable'],
  }),
  readLogs: route({
    method: 'GET',
    path: '/api/v1/runs/{run}/logs/content',
    summary: "Read or follow a run's logs",
    description:
      'What `step`, `item`, `iteration` and `attempt` leave open matches all. `offset` and `limit` take a part of one ' +
      'log, so they need a choice that matches just one. With `follow` the answer grows until the run has ended; a ' +
      'connection that breaks before (also because the server stops) ends without the last chunk, so callers notice.',
    tag: 'logs',
    access: 'api',
    needs: 'log:read',
    params,
    query: z.strictObject({
      step: name.optional(),
      item: queryInteger.min(-1).optional(),
      iteration: queryInteger.min(0).optional(),
      attempt: queryInteger.min(1).optional(),
      offset: queryInteger.min(0).optional().meta({ description: 'First byte, in the raw format.' }),
      limit: queryInteger.min(1).max(maxLogLimitBytes).optional().meta({
        description: 'Bytes in the raw format, rounded to whole records (at least one).',
      }),
      format: z
        .enum(['text', 'json', 'raw'])
        .default('text')
        .meta({
          description:
            '`text`: the lines, with the name of the step in front where several logs are read. `json`: one JSON ' +
            'document for each line (schema LogLine). `raw`: the records as they are stored, in the format of the ' +
            'Kubernetes container runtime interface (`TIME STREAM F|P TEXT`).',
        }),
      follow: queryFlag.default(false),
    }),
    responses: {
      200: {
        description: 'The lines.',
        contentTypes: ['text/plain', 'application/x-ndjson'],
        headers: {
          [nextOffsetHeader]: 'Where the log goes on. Only where one log is read and not followed.',
          [logCompleteHeader]: '`true` when the run has ended and nothing comes after this part.',
        },
      },
    },
    errors: ['invalid_request', 'run_not_found', 'log_not_found', 'blob_store_unavailable', 'store_unavailable'],
  }),
};
