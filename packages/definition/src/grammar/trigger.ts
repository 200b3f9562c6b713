import type { TriggerDefinition } from '@millrace/core';
import { z } from 'zod';
import { parseDuration } from '../values/duration.ts';
import { expected } from './expected.ts';
import { condition, duration, filledText, jsonObject, positiveDuration, reference, text } from './values.ts';

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
    secret: filledText.exactOptional(),
    signature: filledText.exactOptional().describe('How requests are signed: github, gitlab, slack, stripe, hmac.'),
    mode: z.enum(['async', 'sync']).exactOptional().describe('Default async.'),
    timeout: positiveDuration.exactOptional().describe('How long a sync request waits.'),
    methods: z
      .array(z.enum(['GET', 'POST', 'PUT', 'PATCH', 'DELETE']))
      .min(1)
      .exactOptional()
      .describe('Default POST.'),
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
