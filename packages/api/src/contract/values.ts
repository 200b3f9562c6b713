// Schemas of single values that many nouns share.
import type { Instant, Json, JsonObject } from '@millrace/core';
import { z } from 'zod';

const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Any JSON value. It came through a JSON parser, so looking into it again would be work for nothing. */
export const json = z.custom<Json>(() => true).meta({ description: 'Any JSON value.' });

export const jsonObject = z
  .custom<JsonObject>(isObject, { error: 'Expected an object.', params: { expected: 'object' } })
  .meta({ type: 'object', additionalProperties: true });

/** A moment as it leaves the API. */
export const time = z.iso.datetime().meta({ examples: ['2026-11-21T09:30:00.123Z'] });

/** A moment as a caller gives it (any UTC offset); handlers get milliseconds since the epoch. */
export const givenTime = z.iso.datetime({ offset: true }).transform((text): Instant => Date.parse(text));

export const isoTime = (at: Instant): string => new Date(at).toISOString();
export const isoTimeOrNull = (at: Instant | null): string | null => (at === null ? null : isoTime(at));

/** What calls, as far as it may say so itself: a trigger such as a schedule or a webhook cannot be claimed. */
export const via = z.enum(['api', 'cli']).default('api').meta({
  description: 'What calls: the command line (`cli`) or another program. The run, or the event, tells it.',
});

/** A name in a path: of a workspace or workflow. */
export const name = z.string().min(1).max(200);

/** Run ids are decimal digits, growing with time. */
export const runIdText = z
  .string()
  .regex(/^\d{1,19}$/, 'Expected a run id: up to 19 decimal digits.')
  .meta({ examples: ['1042'] });

/** A flag in a query: `true` or `false`. */
export const queryFlag = z
  .union([z.boolean(), z.enum(['true', 'false'])])
  .transform((value) => value === true || value === 'true');

/** A whole number in a query. */
export const queryInteger = z.coerce.number<number>().int();
