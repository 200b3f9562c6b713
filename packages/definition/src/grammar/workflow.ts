import { z } from 'zod';
import { expected } from './expected.ts';
import { hookShape } from './hooks.ts';
import { rateLimit, sharedConcurrencies, sharedConcurrency } from './limits.ts';
import { parameters } from './parameters.ts';
import { step } from './step.ts';
import { filledText, json, jsonObject, label, name, positiveDuration, priority, text } from './values.ts';

const workflowShape = {
  description: text.exactOptional(),
  tags: label.exactOptional(),
  input: parameters.exactOptional().describe('The parameters that a run takes.'),
  vars: z.record(name, json).exactOptional().describe('Variables of the run with their first values.'),
  output: z.union([text, jsonObject]).exactOptional().describe('What a run gives; texts may be templates.'),
  fail_fast: z.boolean().exactOptional().describe('Stop everything at the first failure. Default false.'),
  timeout: positiveDuration.exactOptional().describe('Of the whole run.'),
  stop_grace: positiveDuration
    .exactOptional()
    .describe('How long a step may take to end after it was asked to stop; then it is killed.'),
  queue: filledText.exactOptional(),
  priority: priority.exactOptional(),
  concurrency: z
    .union(
      [sharedConcurrency, sharedConcurrencies],
      expected('wrong_type', 'a map such as `{ key: deploy, limit: 1 }`, or a list of such maps'),
    )
    .exactOptional()
    .describe('What a run holds from its beginning to its end; until it has it, the run is queued.'),
  rate_limit: rateLimit.exactOptional().describe('How many runs may begin in a span of time.'),
  mode: z
    .enum(['distributed', 'local'])
    .exactOptional()
    .describe('`local`: one worker, one folder. Default distributed.'),
  on_worker_loss: z
    .enum(['restart', 'fail'])
    .exactOptional()
    .describe('With `mode: local`: what becomes of a run whose worker is lost. Default restart.'),
  ...hookShape,
};

const stepsPhrase = expected('wrong_type', 'a map with the name of each step before its keys: `build: { action: … }`');

/** A workflow whose steps are looked at one by one, each with the schema of its own type. */
export const workflowHead = z.strictObject({ ...workflowShape, steps: z.record(z.string(), z.unknown(), stepsPhrase) });

export const workflow = z.strictObject({ ...workflowShape, steps: z.record(name, step) }).meta({ id: 'Workflow' });
