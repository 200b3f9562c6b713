import { isoTime } from '@millrace/api';
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
}
