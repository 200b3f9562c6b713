import { hookNames, runStatuses } from '@millrace/core';
import { z } from 'zod';
import { fault } from './run-step.ts';

/** A hook that a run called, and what became of it. */
export const hookCall = z
  .object({
    hook: z.enum(hookNames),
    action: z.string().meta({ description: 'The action, or the workflow, that it calls.' }),
    of_workspace: z.boolean().meta({ description: "true: the workspace's hook; false: the workflow's own." }),
    run: z.string().nullable().meta({ description: 'Its run; null: it is being started, or could not be.' }),
    status: z.enum(runStatuses).nullable().meta({ description: 'Of its run.' }),
    error: fault.nullable().meta({ description: 'Why it could not be called; how its run ended, that run says.' }),
  })
  .meta({ id: 'HookCallState' });
