import { signatureSchemes, type TriggerDefinition, webhookMethods } from '@millrace/core';
import { z } from 'zod';
import { parseDuration } from '../values/duration.ts';
import { sizeBytes } from '../values/size.ts';
import { expected } from './expected.ts';
import { condition, duration, filledText, jsonObject, positiveDuration, reference, text } from './values.ts';

/** Proxies often cut connections after a minute. */
const syncTimeout = positiveDuration.refine(
  (written) => (parseDuration(written) ?? 0) <= 55_000,
  expected('out_of_range', 'at most `55s`'),
);

const sizePhrase = expected('out_of_range', 'a size from 1 to `8Mi`, such as `64Ki` or `1Mi`');
const bodySize = z
  .union([z.int().min(1), z.string()], sizePhrase)
  .refine((written) => (sizeBytes(written) ?? Number.POSITIVE_INFINITY) <= 8 * 1024 * 1024, sizePhrase);

/** Schedules tick to the second. */
const interval = positiveDuration.refine(
  (written) => (parseDuration(written) ?? 0) >= 1_000,
  expected('out_of_range', 'at least `1s`'),
);

export const triggerShape = {
  description: text.exactOptional(),
  workflow: reference,
  input: jsonObject.exactOptional().describe('Values for the run; texts may be templates.'),
  enabled: z.boolean().exactOptional().describe('Default true.'),
};

export const triggerShapes = {
  schedule: {
    cron: filledText.exactOptional().describe('Five fields, or six with seconds first.'),
    every: interval.exactOptional().describe('At least 1s. Counted from `start`, else from 1970.'),
    at: filledText.exactOptional().describe('An ISO 8601 date and time: once.'),
    rrule: filledText.exactOptional().describe('A recurrence rule of RFC 5545.'),
    start: filledText.exactOptional().describe('An ISO 8601 date and time: where `every` and `rrule` count from.'),
    timezone: filledText.exactOptional().describe('An IANA time zone. Default UTC.'),
    catch_up: z.enum(['none', 'last', 'all']).exactOptional().describe('Which missed times start: default none.'),
    catch_up_limit: z
      .int()
      .min(1)
      .max(1_000)
      .exactOptional()
      .describe('The most that `catch_up: all` starts. Default 100.'),
    jitter: duration.exactOptional().describe('Each start is put off by up to this; by how much, its time decides.'),
    concurrency: z.enum(['allow', 'skip', 'cancel_previous']).exactOptional().describe('Default allow.'),
  },
  webhook: {
    secret: filledText.exactOptional().describe('`{{ secrets.NAME }}`: never the value itself.'),
    signature: z
      .enum(signatureSchemes)
      .exactOptional()
      .describe('How requests are signed. Default with a secret: token.'),
    tolerance: positiveDuration.exactOptional().describe('How old a signed request may be. Default 5m.'),
    mode: z.enum(['async', 'sync']).exactOptional().describe('Default async.'),
    timeout: syncTimeout.exactOptional().describe('How long a sync request waits: at most 55s. Default 30s.'),
    methods: z.array(z.enum(webhookMethods)).min(1).exactOptional().describe('Default [POST].'),
    max_body: bodySize.exactOptional().describe('The largest body: at most 8Mi. Default 1Mi.'),
    rate_limit: z
      .strictObject({ limit: z.int().min(1).max(1_000_000), per: positiveDuration })
      .exactOptional()
      .describe('Requests in a time, for each server. Default 600 in 1m.'),
  },
  event: { event: filledText, when: condition.exactOptional() },
  manual: {},
} as const satisfies Record<TriggerDefinition['type'], z.core.$ZodShape>;

export const triggerTypes = Object.keys(triggerShapes) as readonly TriggerDefinition['type'][];

export const scheduleTimes = ['cron', 'every', 'at', 'rrule'] as const;

function schemaOf(type: TriggerDefinition['type']) {
  const meta = type === 'schedule' ? { oneOf: scheduleTimes.map((key) => ({ required: [key] })) } : {};
  const own: z.core.$ZodShape = triggerShapes[type];
  return z
    .strictObject({ type: z.literal(type), ...triggerShape, ...own })
    .meta({ title: `Trigger of type ${type}`, ...meta });
}

export const triggerSchemas = new Map(triggerTypes.map((type) => [type, schemaOf(type)] as const));
export const trigger = z.union([...triggerSchemas.values()]).meta({ id: 'Trigger' });
