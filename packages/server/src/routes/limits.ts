import { isoTimeOrNull } from '@millrace/api';
import type { FastifyInstance } from 'fastify';
import { mountRoute } from '../contract/mount-route.ts';
import { keepWithin, within } from '../permissions/within.ts';
import { presentLimit } from '../present/present-limit.ts';
import type { ServerContext } from '../server-context.ts';

export function addLimitRoutes(app: FastifyInstance, { engine }: ServerContext): void {
  mountRoute(app, 'listLimits', async ({ query, reach }) => {
    const filter = {
      ...(query.workspace === undefined ? {} : { workspace: query.workspace }),
      ...(query.kind === undefined ? {} : { kind: query.kind }),
      ...(query.key === undefined ? {} : { key: query.key }),
      ...within(reach),
    };
    return { items: (await engine.listLimits(filter, query.limit)).map(presentLimit) };
  });

  mountRoute(app, 'listQueues', async ({ query, reach }) => {
    const all = await engine.listQueues(query.workspace === undefined ? {} : { workspace: query.workspace });
    const queues = keepWithin(all, reach, ({ workspace, queue }) => [workspace, queue]);
    return { items: queues.map(({ oldestAt, ...queue }) => ({ ...queue, oldest_at: isoTimeOrNull(oldestAt) })) };
  });
}
