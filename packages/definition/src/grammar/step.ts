import type { ActionType } from '@millrace/core';
import { z } from 'zod';
import { actionTypes, alternativesMeta, bodyShapes } from './action-bodies.ts';
import { expected } from './expected.ts';
import { cache, rateLimit, sharedConcurrencies, sharedConcurrency } from './limits.ts';
import { retry } from './retry.ts';
import {
  condition,
  duration,
  env,
  filledText,
  json,
  jsonObject,
  label,
  name,
  positiveDuration,
  priority,
  reference,
  text,
} from './values.ts';

const maxItems = 100_000;

const nameOrNames = z.union([name, z.array(name)], expected('wrong_type', 'a step or a list of steps'));
const published = z.record(name, json);

export const transition = z
  .strictObject({
    when: condition.exactOptional(),
    publish: z
      .union([published, z.array(published)], expected('wrong_type', 'a map of variables, or a list of such maps'))
      .exactOptional(),
    do: nameOrNames.exactOptional().describe('Steps, or noop, fail, succeed.'),
  })
  .meta({ id: 'Transition' });

/** The keys that every step has, beside `action` or the keys of an action type. */
export const stepShape = {
  description: text.exactOptional(),
  input: jsonObject.exactOptional().describe('Values for the action; texts may be templates.'),
  depends_on: nameOrNames.exactOptional(),
  next: z.array(transition).exactOptional(),
  join: z
    .union(
      [z.literal('all'), z.int().min(1).max(10_000)],
      expected('invalid_value', '`all` or a number of arrivals (1 or more)'),
    )
    .exactOptional(),
  max_iterations: z.int().min(1).max(1_000_000).exactOptional().describe('Default 1000.'),
  when: condition.exactOptional(),
  for_each: z
    .union(
      [filledText, z.array(json).max(maxItems), z.int().min(0).max(maxItems)],
      expected('wrong_type', 'a list, an expression or a count'),
    )
    .exactOptional(),
  concurrency: z
    .union(
      [z.int().min(1).max(maxItems), sharedConcurrency, sharedConcurrencies],
      expected('wrong_type', 'a number of items, a map such as `{ key: deploy, limit: 1 }`, or a list of such maps'),
    )
    .exactOptional()
    .describe(
      'A number: how many items are under way at once, by default 2,000 where each wants a worker. Maps: limits that runs share.',
    ),
  batch_size: z.int().min(1).max(maxItems).exactOptional(),
  on_item_failure: z.enum(['finish', 'stop', 'ignore']).exactOptional().describe('Default finish.'),
  rate_limit: rateLimit.exactOptional().describe('How many attempts may begin in a span of time.'),
  retry: retry.exactOptional(),
  timeout: positiveDuration.exactOptional().describe('Of one attempt.'),
  step_timeout: positiveDuration.exactOptional().describe('Of all attempts together.'),
  queue_timeout: positiveDuration.exactOptional().describe('For waiting for a worker.'),
  delay: z
    .union(
      [duration, z.string().regex(/\{\{/)],
      expected('invalid_duration', 'a duration such as `30s`, or a template'),
    )
    .exactOptional(),
  continue_on_failure: z.boolean().exactOptional().describe('Default false.'),
  cache: cache.exactOptional(),
  queue: filledText.exactOptional(),
  priority: priority.exactOptional(),
  labels: label.exactOptional(),
  shared_folder: z.boolean().exactOptional().describe('Share a folder with other steps of the run. Default false.'),
  api: z
    .boolean()
    .exactOptional()
    .describe('Let its processes read their run, and emit events, through the API. Default false.'),
  tags: label.exactOptional(),
};

export const actionStep = z
  .strictObject({ action: reference, ...stepShape, env: env.exactOptional() })
  .meta({ title: 'Step that calls an action or a workflow by name' });

function inlineSchemaOf(type: ActionType) {
  return z
    .strictObject({ type: z.literal(type), ...stepShape, ...(bodyShapes[type] as z.core.$ZodShape) })
    .meta({ title: `Step with an inline action of type ${type}`, ...alternativesMeta(type) });
}

export const inlineSteps = new Map(actionTypes.map((type) => [type, inlineSchemaOf(type)] as const));

export const step = z.union([actionStep, ...inlineSteps.values()]).meta({ id: 'Step' });

/** What is common to all steps, read out of a step that its own schema has accepted. */
export const stepCommon = z.object({ action: reference.exactOptional(), ...stepShape });
