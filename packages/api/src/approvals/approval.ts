import { z } from 'zod';
import { jsonObject, time } from '../contract/values.ts';

const answer = z
  .object({
    by: z.string(),
    at: time,
    decision: z.enum(['approve', 'reject']),
    values: jsonObject,
    comment: z.string().nullable(),
    for: z.array(z.string()).optional().meta({ description: 'Those who had handed their votes over to this one.' }),
  })
  .meta({ id: 'ApprovalAnswer' });

export const approvers = z
  .object({
    users: z.array(z.string()).optional(),
    groups: z.array(z.string()).optional().meta({ description: 'Whoever is in one of them.' }),
    roles: z.array(z.string()).optional().meta({ description: 'Whoever has one of them for the run.' }),
  })
  .meta({ id: 'Approvers', description: 'Whoever one of the lists means. No list at all: everybody.' });

/** A vote that somebody handed over. */
export const delegation = z
  .object({ from: z.string(), to: z.string(), comment: z.string().nullable(), at: time })
  .meta({ id: 'ApprovalDelegation' });

/** An approval that waits for people. */
export const approval = z
  .object({
    run: z.string(),
    workspace: z.string(),
    workflow: z.string(),
    step: z.string(),
    item: z.int().meta({ description: 'Of a for-each step, from 0; -1: the step itself.' }),
    iteration: z.int(),
    attempt: z.int(),
    since: time,
    prompt: z.string(),
    form: jsonObject.nullable().meta({ description: 'JSON Schema of the values to be filled in; null: none.' }),
    approvers: approvers.nullable().meta({ description: 'null: everybody may answer.' }),
    quorum: z.int().meta({ description: 'How many people must approve. One rejection rejects.' }),
    starter: z.string().nullable().meta({
      description: 'Who started the run, and may not answer for that; null: it does not matter, or nobody did.',
    }),
    delegations: z.array(delegation).meta({ description: 'Votes that were handed over, in that order.' }),
    answers: z.array(answer).meta({ description: 'So far; one for each person.' }),
    escalates_at: time.nullable().meta({ description: 'When more people may answer; null: never, or it has.' }),
    escalated: z.boolean(),
    times_out_at: time.nullable(),
    on_timeout: z.enum(['fail', 'skip', 'approve']),
  })
  .meta({ id: 'Approval' });
export type Approval = z.output<typeof approval>;

/** What came of an answer. */
export const answeredApproval = z
  .object({
    run: z.string(),
    step: z.string(),
    item: z.int(),
    iteration: z.int(),
    attempt: z.int(),
    status: z.enum(['open', 'approved', 'rejected']),
    approvals: z.int().meta({ description: 'How many people have approved.' }),
    quorum: z.int(),
  })
  .meta({ id: 'AnsweredApproval' });
export type AnsweredApproval = z.output<typeof answeredApproval>;

/** Whose vote somebody has now. */
export const delegatedApproval = z
  .object({
    run: z.string(),
    step: z.string(),
    item: z.int(),
    iteration: z.int(),
    attempt: z.int(),
    from: z.string(),
    to: z.string(),
  })
  .meta({ id: 'DelegatedApproval' });
