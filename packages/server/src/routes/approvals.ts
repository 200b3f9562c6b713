import { type Approver, runId } from '@millrace/core';
import { approverNamed, approverOf } from '@millrace/engine';
import type { FastifyInstance } from 'fastify';
import { mountRoute } from '../contract/mount-route.ts';
import { within } from '../permissions/within.ts';
import { presentApproval } from '../present/present-approval.ts';
import type { ServerContext } from '../server-context.ts';
import { answererOf } from './answerer.ts';

export function addApprovalRoutes(app: FastifyInstance, { engine }: ServerContext): void {
  const named = async (name: string | undefined): Promise<Approver | null> =>
    name === undefined ? null : approverNamed(engine.store, name);

  mountRoute(app, 'listApprovals', async ({ query, actor, reach }) => {
    const approver = query.mine === true ? approverOf(actor) : await named(query.approver);
    const filter = {
      ...(query.workspace === undefined ? {} : { workspace: query.workspace }),
      ...(query.workflow === undefined ? {} : { workflow: query.workflow }),
      ...(query.run === undefined ? {} : { run: runId(query.run) }),
      ...(approver === null ? {} : { approver, unanswered: query.mine === true }),
      ...within(reach),
    };
    const page = await engine.listApprovals(filter, { limit: query.limit, after: query.after ?? null });
    return { items: page.items.map(presentApproval), next: page.next };
  });

  mountRoute(app, 'listRunApprovals', async ({ params }) => ({
    items: (await engine.runApprovals(runId(params.run))).map(presentApproval),
  }));

  mountRoute(app, 'answerApproval', async ({ params, body, actor }) => {
    const as = await answererOf(engine, actor, body.by);
    const { item, iteration, attempt, status, approvals, quorum } = await engine.answerApproval(runId(params.run), {
      step: params.step,
      by: as.name,
      as,
      decision: body.decision,
      values: body.values,
      comment: body.comment ?? null,
      ...(body.item === undefined ? {} : { item: body.item }),
      ...(body.iteration === undefined ? {} : { iteration: body.iteration }),
    });
    return { run: params.run, step: params.step, item, iteration, attempt, status, approvals, quorum };
  });

  mountRoute(app, 'delegateApproval', async ({ params, body, actor }) => {
    const handed = await engine.delegateApproval(runId(params.run), {
      step: params.step,
      from: await answererOf(engine, actor, body.by),
      to: body.to,
      comment: body.comment ?? null,
      ...(body.item === undefined ? {} : { item: body.item }),
      ...(body.iteration === undefined ? {} : { iteration: body.iteration }),
    });
    return { ...handed, run: params.run, step: params.step };
  });
}
