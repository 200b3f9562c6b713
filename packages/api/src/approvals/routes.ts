import { z } from 'zod';
import { paged, pageQuery } from '../contract/page.ts';
import { route } from '../contract/route.ts';
import { jsonObject, name, queryFlag, runIdText } from '../contract/values.ts';
import { answeredApproval, approval, delegatedApproval } from './approval.ts';

export const approvalRoutes = {
  listApprovals: route({
    method: 'GET',
    path: '/api/v1/approvals',
    summary: 'List open approvals, those of the newest runs first',
    tag: 'approvals',
    access: 'api',
    needs: 'approval:read',
    query: z.strictObject({
      ...pageQuery,
      after: z
        .string()
        .regex(/^\d{1,19}\/\d{1,9}\/\d{1,9}\/-?\d{1,9}$/, 'Expected `next` of the page before.')
        .optional()
        .meta({ description: '`next` of the page before; absent for the first page.' }),
      workspace: name.optional(),
      workflow: name.optional(),
      run: runIdText.optional(),
      approver: name.optional().meta({ description: 'Only those that this person may answer.' }),
      mine: queryFlag.optional().meta({ description: 'Only those that the caller may answer, and has not.' }),
    }),
    responses: { 200: { description: 'A page of approvals.', schema: paged(approval) } },
    errors: ['invalid_request', 'store_unavailable'],
  }),
  listRunApprovals: route({
    method: 'GET',
    path: '/api/v1/runs/{run}/approvals',
    summary: 'List the open approvals of a run, in the order of its steps',
    tag: 'approvals',
    access: 'api',
    needs: 'approval:read',
    params: z.object({ run: runIdText }),
    responses: { 200: { description: 'The approvals.', schema: z.object({ items: z.array(approval) }) } },
    errors: ['invalid_request', 'run_not_found', 'store_unavailable'],
  }),
  answerApproval: route({
    method: 'POST',
    path: '/api/v1/runs/{run}/approvals/{step}/answer',
    summary: 'Approve or reject',
    description:
      'Whoever calls, answers. Each person counts once; a later answer takes the place of the earlier one while the approval is ' +
      'open. The same answer again is fine, also when the approval has ended with it.',
    tag: 'approvals',
    access: 'api',
    needs: 'approval:answer',
    params: z.object({ run: runIdText, step: name }),
    body: z.strictObject({
      by: name.optional().meta({
        description:
          'In whose name, where the caller is no account: on this machine, or with the API token of the server. Of an account ' +
          'it is ignored.',
      }),
      decision: z.enum(['approve', 'reject']),
      values: jsonObject.default({}).meta({ description: 'What was filled in; checked against the form.' }),
      comment: z.string().min(1).max(10_000).optional(),
      item: z.int().min(-1).optional().meta({ description: 'Needed where several items of the step are open.' }),
      iteration: z.int().min(0).optional().meta({ description: 'Needed where several iterations are open.' }),
    }),
    responses: { 200: { description: 'The answer counts.', schema: answeredApproval } },
    errors: [
      'invalid_request',
      'invalid_input',
      'run_not_found',
      'not_found',
      'not_an_approver',
      'approval_ended',
      'store_unavailable',
    ],
  }),
  delegateApproval: route({
    method: 'POST',
    path: '/api/v1/runs/{run}/approvals/{step}/delegate',
    summary: 'Hand your vote over to another one, who may answer in your place then',
    description: 'You may not answer any more, unless it is handed back. The output of the step tells of it.',
    tag: 'approvals',
    access: 'api',
    needs: 'approval:answer',
    params: z.object({ run: runIdText, step: name }),
    body: z.strictObject({
      to: name.meta({ description: 'A user who may answer approvals there.' }),
      by: name.optional().meta({ description: 'As in an answer.' }),
      comment: z.string().min(1).max(10_000).optional(),
      item: z.int().min(-1).optional(),
      iteration: z.int().min(0).optional(),
    }),
    responses: { 200: { description: 'It is handed over.', schema: delegatedApproval } },
    errors: ['invalid_request', 'run_not_found', 'not_found', 'not_an_approver', 'approval_ended', 'store_unavailable'],
  }),
};
