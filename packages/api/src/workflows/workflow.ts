import type { ActionType } from '@millrace/core';
import { z } from 'zod';
import { json, jsonObject, time } from '../contract/values.ts';
import { runStatus } from '../runs/run-status.ts';

export const workflowSummary = z
  .object({
    workspace: z.string(),
    name: z.string(),
    description: z.string().nullable(),
    revision: z.string(),
    plan: z.string().meta({ description: 'Content hash of the compiled workflow: equal plans do the same.' }),
    triggers: z.array(z.string()).meta({ description: 'Names of the triggers that start it.' }),
    file: z.string().nullable().meta({
      description: 'Where it is written, from the workspace root; null: its revision was loaded before this was kept.',
    }),
  })
  .meta({ id: 'WorkflowSummary' });

const planStep = z
  .object({
    name: z.string(),
    description: z.string().nullable(),
    entry: z.enum(['dependencies', 'transitions']),
    depends_on: z.array(z.string()),
    join: z.union([z.literal('all'), z.int()]).nullable(),
    when: z.string().nullable(),
    for_each: z
      .union([z.string(), z.int(), z.array(json)])
      .nullable()
      .meta({
        description: 'What it runs once for each item of: an expression, a literal list, or a count.',
      }),
    continue_on_failure: z.boolean(),
    action: z.object({
      name: z.string(),
      type: z
        .string()
        .meta({ description: 'How it is executed: shell, script, http, workflow, …' }) as z.ZodType<ActionType>,
      inline: z.boolean(),
      workflow: z.string().nullable().meta({ description: 'The workflow that it calls, for type `workflow`.' }),
    }),
    retry_attempts: z.int().meta({ description: 'All attempts together; 1: no retry.' }),
    timeout_ms: z.number().nullable(),
  })
  .meta({ id: 'PlanStep' });

const planEdge = z
  .object({
    from: z.string(),
    to: z.string(),
    kind: z.enum(['dependency', 'transition']),
    when: z.string().nullable().meta({ description: 'The condition of a transition.' }),
  })
  .meta({ id: 'PlanEdge' });

export const planGraph = z.object({ steps: z.array(planStep), edges: z.array(planEdge) }).meta({ id: 'PlanGraph' });
export type PlanGraph = z.output<typeof planGraph>;

const trigger = z
  .object({ name: z.string(), type: z.string(), enabled: z.boolean(), definition: jsonObject })
  .meta({ id: 'Trigger' });

/** What a run of a workflow is started with. */
export const inputForm = z
  .object({
    parameters: z.record(z.string(), jsonObject).nullable().meta({
      description: 'The flat form, as it is written; null where the workflow gives a whole JSON Schema instead.',
    }),
    json_schema: jsonObject.meta({ description: 'JSON Schema (2020-12) of the input.' }),
  })
  .meta({ id: 'InputForm' });
export type InputForm = z.output<typeof inputForm>;

export const workflow = workflowSummary
  .omit({ triggers: true })
  .extend({
    input: inputForm,
    graph: planGraph,
    triggers: z.array(trigger),
    fail_fast: z.boolean(),
    timeout_ms: z.number().nullable(),
  })
  .meta({ id: 'Workflow' });
export type Workflow = z.output<typeof workflow>;
export type WorkflowSummary = z.output<typeof workflowSummary>;

export const workflowVersion = z
  .object({
    plan: z.string(),
    revision: z.string().meta({ description: 'The first revision that has it.' }),
    since: time.meta({ description: 'When that revision became live.' }),
    last_revision: z.string().meta({ description: 'The last revision that has it.' }),
    live: z.boolean(),
  })
  .meta({ id: 'WorkflowVersion' });
export type WorkflowVersion = z.output<typeof workflowVersion>;

export const workflowSource = z
  .object({
    revision: z.string(),
    file: z.string().meta({ description: 'From the workspace root.' }),
    text: z.string(),
    line: z.int().meta({ description: 'Where the workflow stands in the file, from 1.' }),
    steps: z.record(z.string(), z.int()).meta({ description: 'The lines of its steps.' }),
  })
  .meta({ id: 'WorkflowSource' });
export type WorkflowSource = z.output<typeof workflowSource>;

export const latestRun = z
  .object({
    id: z.string(),
    status: runStatus,
    created_at: time,
    started_at: time.nullable(),
    ended_at: time.nullable(),
  })
  .meta({ id: 'LatestRun' });
export type LatestRun = z.output<typeof latestRun>;
