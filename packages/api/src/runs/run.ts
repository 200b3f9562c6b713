import { z } from 'zod';
import { json, jsonObject, time } from '../contract/values.ts';
import { inputForm, planGraph } from '../workflows/workflow.ts';
import { hookCall } from './hook-call.ts';
import { rerunEntry, rerunOf } from './rerun.ts';
import { runStatus } from './run-status.ts';
import { fault, runStep } from './run-step.ts';

/** A run as lists show it: without its input, output and steps. */
export const runSummary = z
  .object({
    id: z.string(),
    workspace: z.string(),
    workflow: z.string(),
    revision: z.string(),
    plan: z.string(),
    status: runStatus,
    cancelling: z.boolean().meta({ description: 'Its cancellation was asked for and is under way.' }),
    error: fault.nullable(),
    trigger: jsonObject.meta({ description: 'What started it: `{type: api | cli | schedule | workflow | …}`.' }),
    parent: z
      .object({
        run: z.string(),
        step_index: z.int().meta({ description: "The step's number in the parent's graph." }),
        item: z.int(),
        iteration: z.int(),
        attempt: z.int(),
      })
      .nullable(),
    rerun_of: rerunOf.nullable().meta({ description: 'The run that it is a re-run of; null: it is none.' }),
    depth: z.int().meta({ description: '0 for a run that no other run started.' }),
    tags: z.array(z.string()),
    priority: z.int(),
    idempotency_key: z.string().nullable(),
    created_at: time,
    started_at: time.nullable(),
    ended_at: time.nullable(),
    version: z.int().meta({ description: 'Grows with each change of the run.' }),
  })
  .meta({ id: 'RunSummary' });
export type RunSummary = z.output<typeof runSummary>;

export const run = runSummary
  .extend({
    input: jsonObject,
    output: json.meta({ description: 'null until the run has ended, and where its workflow has no output.' }),
    variables: jsonObject.meta({ description: 'As they stand now; empty where its workflow has none.' }),
    paused: z
      .object({
        at: time,
        by: z.string(),
        reason: z.string().nullable(),
        with_parent: z.boolean().meta({ description: 'It was paused with its parent, and is resumed with it.' }),
      })
      .nullable()
      .meta({ description: 'While nothing begins in it: since when, by whom and why. null: it is not paused.' }),
    hooks: z.array(hookCall).meta({ description: 'Hooks that it called, in their order.' }),
    steps: z.record(z.string(), runStep).meta({ description: 'By name.' }),
    reruns: z.array(rerunEntry).meta({ description: 'Its re-runs, newest first, at most 100; lists have all.' }),
    graph: planGraph.optional().meta({ description: 'The plan that the run executes; with `include=plan`.' }),
    input_form: inputForm.optional().meta({
      description: 'What the plan takes as input, for forms that run it again; with `include=plan`.',
    }),
  })
  .meta({ id: 'Run' });
export type Run = z.output<typeof run>;

/** What a wait found: the run, and whether it has ended. */
export const waitedRun = z.object({ ended: z.boolean(), run }).meta({ id: 'WaitedRun' });
export type WaitedRun = z.output<typeof waitedRun>;

export const startedRun = z
  .object({
    id: z.string(),
    created: z.boolean().meta({ description: 'false: an earlier call with the same idempotency key started it.' }),
    ended: z.boolean().nullable().meta({ description: 'Whether the run ended within `wait`; null: nobody waited.' }),
    run: run.nullable().meta({ description: 'The run after the wait; null: nobody waited.' }),
  })
  .meta({ id: 'StartedRun' });
export type StartedRun = z.output<typeof startedRun>;

export const runOutput = z
  .object({ id: z.string(), status: runStatus, output: json, error: fault.nullable() })
  .meta({ id: 'RunOutput' });
export type RunOutput = z.output<typeof runOutput>;
