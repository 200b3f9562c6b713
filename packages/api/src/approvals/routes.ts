import { z } from 'zod';
import { paged, pageQuery } from '../contract/page.ts';
import { route } from '../contract/route.ts';
import { jsonObject, name, runIdText } from '../contract/values.ts';
import { answeredApproval, approval } from './approval.ts';

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
      'Each person counts once; a later answer takes the place of the earlier one while the approval is open. The same ' +
      'answer again is fine, also when the approval has ended with it. Until Millrace knows users, `by` is what the caller says.',
    tag: 'approvals',
    access: 'api',
    needs: 'approval:answer',
    params: z.object({ run: runIdText, step: name }),
    body: z.strictObject({
      by: name.meta({ description: 'Who answers.' }),
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
};
