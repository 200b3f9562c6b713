import { runId } from '@millrace/core';
import type { FastifyInstance } from 'fastify';
import { callerName } from '../contract/caller-name.ts';
import { mountRoute } from '../contract/mount-route.ts';
import { within } from '../permissions/within.ts';
import { presentApproval } from '../present/present-approval.ts';
import type { ServerContext } from '../server-context.ts';

export function addApprovalRoutes(app: FastifyInstance, { engine }: ServerContext): void {
  mountRoute(app, 'listApprovals', async ({ query, reach }) => {
    const filter = {
      ...(query.workspace === undefined ? {} : { workspace: query.workspace }),
      ...(query.workflow === undefined ? {} : { workflow: query.workflow }),
      ...(query.run === undefined ? {} : { run: runId(query.run) }),
      ...(query.approver === undefined ? {} : { approver: query.approver }),
      ...within(reach),
    };
    const page = await engine.listApprovals(filter, { limit: query.limit, after: query.after ?? null });
    return { items: page.items.map(presentApproval), next: page.next };
  });

  mountRoute(app, 'listRunApprovals', async ({ params }) => ({
    items: (await engine.runApprovals(runId(params.run))).map(presentApproval),
  }));

  mountRoute(app, 'answerApproval', async ({ params, body, actor }) => {
    const { item, iteration, attempt, status, approvals, quorum } = await engine.answerApproval(runId(params.run), {
      step: params.step,
      by: callerName(actor, body.by),
      decision: body.decision,
      values: body.values,
      comment: body.comment ?? null,
      ...(body.item === undefined ? {} : { item: body.item }),
      ...(body.iteration === undefined ? {} : { iteration: body.iteration }),
    });
    return { run: params.run, step: params.step, item, iteration, attempt, status, approvals, quorum };
  });
}
