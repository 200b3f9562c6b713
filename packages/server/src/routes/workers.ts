import { isoTime, isoTimeOrNull, type Worker } from '@millrace/api';
import { joinedOf, MillraceError, workerId } from '@millrace/core';
import type { WorkerSummary } from '@millrace/engine';
import type { FastifyInstance } from 'fastify';
import { mountRoute } from '../contract/mount-route.ts';
import { keepReadRuns } from '../permissions/may-read-run.ts';
import type { ServerContext } from '../server-context.ts';

export function addWorkerRoutes(app: FastifyInstance, { engine }: ServerContext): void {
  const find = async (id: string): Promise<WorkerSummary> => {
    const found = (await engine.queries.listWorkers()).find(({ worker }) => worker.id === id);
    if (found !== undefined) return found;
    throw new MillraceError('not_found', `There is no worker ${id}.`, {
      hint: 'Its lease may have ended. GET /api/v1/workers lists those that are there.',
    });
  };

  mountRoute(app, 'listWorkers', async () => ({
    items: (await engine.queries.listWorkers()).map(presentWorker),
  }));

  mountRoute(app, 'listHeldAttempts', async ({ params, actor }) => {
    await find(params.worker);
    const held = await engine.listHeld(workerId(params.worker));
    const seen = await keepReadRuns(engine, actor, held);
    return { items: seen.map((attempt) => ({ ...attempt, since: isoTime(attempt.since) })) };
  });

  mountRoute(app, 'drainWorker', async ({ params }) => {
    await engine.drainWorker(workerId(params.worker), true);
    return presentWorker(await find(params.worker));
  });

  mountRoute(app, 'resumeWorker', async ({ params }) => {
    await engine.drainWorker(workerId(params.worker), false);
    return presentWorker(await find(params.worker));
  });
}

function presentWorker({ worker, leaseUntil, registeredAt, held, drainingSince }: WorkerSummary): Worker {
  return {
    id: worker.id,
    name: worker.name,
    host: worker.host,
    pid: worker.pid,
    version: worker.version,
    labels: [...worker.labels],
    capabilities: [...worker.capabilities],
    queues: [...worker.queues],
    workspaces: worker.workspaces === undefined ? null : [...worker.workspaces],
    joined: joinedOf(worker.id),
    slots: worker.slots,
    held,
    registered_at: isoTime(registeredAt),
    lease_until: isoTime(leaseUntil),
    draining_since: isoTimeOrNull(drainingSince),
  };
}
