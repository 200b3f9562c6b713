import { type ErrorCode, errorCatalogue } from '@millrace/core';
import { z } from 'zod';
import { jsonObject } from '../contract/values.ts';

export const errorCodes = Object.keys(errorCatalogue) as readonly ErrorCode[];

/** The body of every answer that is an error, whatever went wrong and wherever. */
export const errorEnvelope = z
  .object({
    error: z.object({
      code: z.enum(errorCodes as [ErrorCode, ...ErrorCode[]]).meta({
        description: 'Stable: programs decide by this, never by the message.',
      }),
      message: z.string().meta({ description: 'For people: what was wrong, and with what.' }),
      hint: z.string().nullable().meta({ description: 'What to do about it.' }),
      details: jsonObject.nullable().meta({
        description: 'For programs, by code; `problems` lists `{path, expected, actual, message}` for wrong input.',
      }),
      request_id: z.string().meta({ description: "Finds the request in the server's log." }),
    }),
  })
  .meta({ id: 'Error' });
export type ErrorEnvelope = z.output<typeof errorEnvelope>;

/** One thing that is wrong with a request or an input. `path` is a JSON pointer from the part that it names. */
const problem = z
  .object({ path: z.string(), expected: z.string(), actual: z.string(), message: z.string() })
  .meta({ id: 'Problem' });
export type Problem = z.output<typeof problem>;
