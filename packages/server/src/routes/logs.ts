import { runId } from '@millrace/core';
import type { FastifyInstance } from 'fastify';
import { mountRawRoute, mountRoute } from '../contract/mount-route.ts';
import { sendLogs } from '../logs/send-logs.ts';
import { openPermit } from '../permissions/while-allowed.ts';
import type { ServerContext } from '../server-context.ts';

export function addLogRoutes(app: FastifyInstance, context: ServerContext): void {
  mountRoute(app, 'listLogs', async ({ params }) => ({
    items: (await context.engine.listLogs(runId(params.run))).map(({ step, item, iteration, attempt, sizeBytes }) => ({
      step,
      item,
      iteration,
      attempt,
      size_bytes: sizeBytes,
    })),
  }));

  mountRawRoute(app, 'readLogs', async ({ params, query, actor, reply }) => {
    const run = runId(params.run);
    return sendLogs(context, run, query, reply, await openPermit(context, actor, 'log:read', run, reply));
  });
}
