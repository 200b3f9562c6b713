import type { Parsed, Routes, WaitedRun } from '@millrace/api';
import { isRunEnd, isUnlimitedReach, isWithinReach, type RunId, reachOf, runId, runObject } from '@millrace/core';
import type { Engine, RunFilter } from '@millrace/engine';
import type { FastifyInstance } from 'fastify';
import { accountOf, callerName } from '../contract/caller-name.ts';
import { callerSignal } from '../contract/caller-signal.ts';
import { mountRoute } from '../contract/mount-route.ts';
import { oneKey } from '../contract/one-key.ts';
import { within } from '../permissions/within.ts';
import { presentAttempt } from '../present/present-attempt.ts';
import { presentBulk } from '../present/present-bulk.ts';
import { presentExplanation } from '../present/present-explanation.ts';
import { presentFault } from '../present/present-fault.ts';
import { startingPointOf } from '../present/present-rerun.ts';
import { presentRun, presentSummary } from '../present/present-run.ts';
import type { ServerContext } from '../server-context.ts';

export function addRunRoutes(app: FastifyInstance, { engine, closing }: ServerContext): void {
  mountRoute(app, 'listRuns', async ({ query, reach }) => {
    const page = await engine.queries.listRuns(
      { ...filterOf(query), ...within(reach) },
      { limit: query.limit, after: query.after ?? null },
    );
    return { items: page.items.map(presentSummary), next: page.next };
  });

  mountRoute(app, 'countRuns', ({ query, reach }) =>
    engine.queries.countRuns({ ...filterOf(query), ...within(reach) }),
  );

  mountRoute(app, 'listAttempts', async ({ params, query }) => {
    const { limit, after, values, step, item, iteration, status, latest } = query;
    const filter = {
      latest,
      ...(step === undefined ? {} : { step }),
      ...(item === undefined ? {} : { item }),
      ...(iteration === undefined ? {} : { iteration }),
      ...(status === undefined ? {} : { status }),
    };
    const page = await engine.listAttempts(runId(params.run), filter, { limit, after: after ?? null });
    return { items: page.items.map((attempt) => presentAttempt(attempt, values)), next: page.next };
  });

  mountRoute(app, 'getRun', async ({ params, query, reach }) => {
    const detail = await engine.getRun(runId(params.run));
    const reruns = detail.reruns.filter((rerun) => isWithinReach(reach, runObject(rerun)));
    return presentRun({ ...detail, reruns }, { plan: query.include === 'plan' });
  });

  mountRoute(app, 'explainRun', async ({ params, query }) =>
    presentExplanation(
      await engine.explain(runId(params.run), {
        ...(query.step === undefined ? {} : { step: query.step }),
        ...(query.item === undefined ? {} : { item: query.item }),
      }),
    ),
  );

  mountRoute(app, 'cancelRun', async ({ params, body, reply, actor }) => {
    const { status } = await engine.cancelRun(runId(params.run), {
      by: callerName(actor, body.by),
      reason: body.reason ?? null,
      force: body.force,
    });
    reply.code(202);
    return { id: params.run, status };
  });

  mountRoute(app, 'pauseRun', async ({ params, body, actor }) => {
    const { status } = await engine.pauseRun(runId(params.run), {
      by: callerName(actor, body.by),
      reason: body.reason ?? null,
    });
    return { id: params.run, status };
  });

  mountRoute(app, 'resumeRun', async ({ params, body, actor }) => {
    const { status } = await engine.resumeRun(runId(params.run), { by: callerName(actor, body.by) });
    return { id: params.run, status };
  });

  mountRoute(app, 'bulkRuns', async ({ body, actor, reach }) => {
    const { created_after: after, created_before: before, ...filter } = body.filter;
    const answer = await engine.bulkRuns({
      action: body.action,
      filter: {
        ...(filter.workspace === undefined ? {} : { workspace: filter.workspace }),
        ...(filter.workflow === undefined ? {} : { workflow: filter.workflow }),
        ...(filter.status === undefined ? {} : { status: filter.status }),
        ...(filter.tag === undefined ? {} : { tag: filter.tag }),
        ...(after === undefined ? {} : { createdAfter: after }),
        ...(before === undefined ? {} : { createdBefore: before }),
        // What somebody may change and not see is nothing that he is told of.
        ...within([...reach, ...reachOf(actor.authority, 'run:read')]),
      },
      by: callerName(actor, body.by),
      reason: body.reason ?? null,
      force: body.force,
      plan: body.plan,
      limit: body.limit,
      after: body.after ?? null,
      dryRun: body.dry_run,
      ...accountOf(actor),
    });
    return presentBulk(body.action, body.dry_run, answer);
  });

  mountRoute(app, 'rerunRun', async ({ params, headers, body, reply, actor, reach }) => {
    const startKey = oneKey(headers, body);
    const { run, created } = await engine.rerunRun(runId(params.run), {
      from: body.from.map(startingPointOf),
      plan: body.plan,
      ...(body.input === undefined ? {} : { input: body.input }),
      ...(startKey === undefined ? {} : { startKey }),
      ...(isUnlimitedReach(reach) ? {} : { within: reach }),
      ...accountOf(actor),
    });
    reply.code(created ? 201 : 200).header('location', `/api/v1/runs/${run}`);
    return { id: run, created, rerun_of: params.run };
  });

  mountRoute(app, 'getRunOutput', async ({ params }) => {
    const { run, output } = await engine.getRun(runId(params.run));
    return { id: run.id, status: run.status, output, error: presentFault(run.error) };
  });

  mountRoute(app, 'waitForRun', ({ params, query, reply }) =>
    waitForRun(engine, runId(params.run), query.timeout, callerSignal(reply, closing)),
  );
}

function filterOf(query: Parsed<Routes['countRuns'], 'query'>): RunFilter {
  return {
    ...(query.workspace === undefined ? {} : { workspace: query.workspace }),
    ...(query.workflow === undefined ? {} : { workflow: query.workflow }),
    ...(query.status === undefined ? {} : { status: query.status }),
    ...(query.parent === undefined ? {} : { parent: runId(query.parent) }),
    ...(query.rerun_of === undefined ? {} : { rerunOf: runId(query.rerun_of) }),
    ...(query.tag === undefined ? {} : { tag: query.tag }),
    ...(query.created_after === undefined ? {} : { createdAfter: query.created_after }),
    ...(query.created_before === undefined ? {} : { createdBefore: query.created_before }),
    ...(query.top_level === undefined ? {} : { topLevel: query.top_level }),
  };
}

/** Waits for a run's end, at most `seconds`, or until `signal`; gives the run as it is then. */
export async function waitForRun(engine: Engine, run: RunId, seconds: number, signal: AbortSignal): Promise<WaitedRun> {
  try {
    await engine.waitForRun(run, { signal, timeoutMs: Math.round(seconds * 1000) });
  } catch (error) {
    // Called off: whoever still listens gets the run as it is.
    if (!signal.aborted) throw error;
  }
  const detail = await engine.getRun(run);
  return { ended: isRunEnd(detail.run.status), run: presentRun(detail) };
}
