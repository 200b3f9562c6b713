import { isoTime } from '@millrace/api';
import { MillraceError, workerId } from '@millrace/core';
import type { FastifyInstance } from 'fastify';
import { mountRoute } from '../contract/mount-route.ts';
import type { ServerContext } from '../server-context.ts';

export function addWorkerRoutes(app: FastifyInstance, { engine }: ServerContext): void {
  mountRoute(app, 'listWorkers', async () => ({
    items: (await engine.queries.listWorkers()).map(({ worker, leaseUntil, registeredAt, held }) => ({
      id: worker.id,
      name: worker.name,
      host: worker.host,
      pid: worker.pid,
      version: worker.version,
      labels: [...worker.labels],
      capabilities: [...worker.capabilities],
      queues: [...worker.queues],
      slots: worker.slots,
      held,
      registered_at: isoTime(registeredAt),
      lease_until: isoTime(leaseUntil),
    })),
  }));

  mountRoute(app, 'listHeldAttempts', async ({ params }) => {
    const known = (await engine.queries.listWorkers()).some(({ worker }) => worker.id === params.worker);
    if (!known) {
      throw new MillraceError('not_found', `There is no worker ${params.worker}.`, {
        hint: 'Its lease may have ended. GET /api/v1/workers lists those that are there.',
      });
    }
    const held = await engine.listHeld(workerId(params.worker));
    return { items: held.map((attempt) => ({ ...attempt, since: isoTime(attempt.since) })) };
  });
}
