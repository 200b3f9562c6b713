import type { ActionType } from '@millrace/core';
import { z } from 'zod';
import { expected } from './expected.ts';
import { parameters } from './parameters.ts';
import {
  condition,
  env,
  filledText,
  json,
  jsonObject,
  positiveDuration,
  reference,
  resources,
  scalarText,
  text,
  textList,
} from './values.ts';

const people = z.strictObject({
  users: z.array(text).exactOptional(),
  groups: z.array(text).exactOptional(),
  roles: z.array(text).exactOptional(),
});
const status = z.union(
  [
    z.int().min(100).max(599),
    z.string().regex(/^[1-5](?:xx|\d\d)$/, expected('invalid_value', 'a status code or a class such as `2xx`')),
  ],
  expected('wrong_type', 'a status code such as 204 or a class such as `2xx`'),
);
const cloud = {
  image: filledText.exactOptional(),
  job: filledText.exactOptional(),
  task_definition: filledText.exactOptional(),
  command: textList.exactOptional(),
  env: env.exactOptional(),
  resources: resources.exactOptional(),
  region: filledText.exactOptional(),
};
const processKeys = {
  env: env.exactOptional(),
  workdir: filledText.exactOptional(),
  resources: resources.exactOptional(),
};

/** The keys of each action type beyond those that all actions have. */
export const bodyShapes = {
  shell: {
    cmd: filledText.exactOptional().describe('Shell text; interpolated values never become code.'),
    script: filledText.exactOptional().describe('A file of the workspace.'),
    args: textList.exactOptional(),
    shell: filledText.exactOptional().describe('The shell to use. Default sh.'),
    image: filledText.exactOptional().describe('Runs in a container of this image.'),
    ...processKeys,
  },
  script: {
    runtime: filledText.describe('python, node, shell, …'),
    runtime_version: scalarText.exactOptional(),
    code: filledText.exactOptional().describe('The program itself. Never a template: values come in as input.'),
    entrypoint: filledText.exactOptional().describe('A file of the workspace.'),
    args: textList.exactOptional(),
    dependencies: z.array(filledText).exactOptional(),
    input_via: z.enum(['stdin', 'file', 'env']).exactOptional().describe('Default stdin.'),
    output_format: z.enum(['text', 'json', 'yaml', 'jsonl']).exactOptional().describe('Default text.'),
    image: filledText.exactOptional(),
    ...processKeys,
  },
  docker: {
    image: filledText,
    command: textList.exactOptional(),
    entrypoint: textList.exactOptional(),
    ...processKeys,
  },
  pod: {
    image: filledText.exactOptional(),
    command: textList.exactOptional(),
    manifest: jsonObject.exactOptional().describe('Merged into the pod, deeply.'),
    env: env.exactOptional(),
    resources: resources.exactOptional(),
  },
  http: {
    url: filledText,
    method: z
      .string()
      .regex(/^[A-Z]{1,20}$/, expected('invalid_value', 'an HTTP method in capitals such as `GET` or `POST`'))
      .exactOptional()
      .describe('Default GET.'),
    headers: z.record(z.string(), scalarText).exactOptional(),
    query: jsonObject.exactOptional(),
    body: json.exactOptional(),
    expect: z
      .strictObject({ status: z.union([status, z.array(status).min(1)]).exactOptional() })
      .exactOptional()
      .describe('What counts as success. Default status 2xx.'),
  },
  workflow: {
    workflow: reference,
    wait: z.boolean().exactOptional().describe('Wait for its end. Default true.'),
  },
  approval: {
    prompt: filledText,
    form: parameters.exactOptional(),
    approvers: people.exactOptional(),
    quorum: z.int().min(1).max(1000).exactOptional().describe('How many must approve. Default 1.'),
    separation_of_duty: z.boolean().exactOptional().describe('Whoever started the run may not answer.'),
    on_timeout: z.enum(['fail', 'skip', 'approve']).exactOptional().describe('Default fail.'),
    escalate: z.strictObject({ after: positiveDuration, approvers: people }).exactOptional(),
  },
  wait: {
    for: filledText.exactOptional().describe('A duration, or a template that gives one.'),
    until: filledText.exactOptional().describe('A date and time, or an expression that gives one or holds at last.'),
    event: z
      .union(
        [
          filledText,
          z.strictObject({
            type: filledText,
            when: condition.exactOptional(),
            timeout: positiveDuration.exactOptional(),
          }),
        ],
        expected('wrong_type', 'an event type, or a map such as `{ type: order.paid, when: … }`'),
      )
      .exactOptional(),
  },
  emit: { event: filledText, payload: jsonObject.exactOptional() },
  cloud_run: cloud,
  fargate: cloud,
  container_app: cloud,
  function: { function: filledText.describe('A function that the SDK registered.') },
} as const satisfies Record<ActionType, z.core.$ZodShape>;

export const actionTypes = Object.keys(bodyShapes) as readonly ActionType[];

/** Keys of which exactly one (or at least one) must be there. Checked by us and exported into the JSON Schema. */
export const alternatives: Readonly<
  Partial<Record<ActionType, Readonly<{ keys: readonly string[]; several: boolean }>>>
> = {
  shell: { keys: ['cmd', 'script'], several: false },
  script: { keys: ['code', 'entrypoint'], several: false },
  pod: { keys: ['image', 'manifest'], several: true },
  wait: { keys: ['for', 'until', 'event'], several: false },
  cloud_run: { keys: ['image', 'job'], several: false },
  fargate: { keys: ['image', 'task_definition'], several: false },
  container_app: { keys: ['image', 'job'], several: false },
};

export function alternativesMeta(type: ActionType): Readonly<Record<string, unknown>> {
  const rule = alternatives[type];
  if (rule === undefined) return {};
  return { [rule.several ? 'anyOf' : 'oneOf']: rule.keys.map((key) => ({ required: [key] })) };
}
