import type { OperationId } from '@millrace/api';
import type { FastifyInstance } from 'fastify';
import type { Metrics } from './metrics.ts';

/** Operations that wait on purpose: their duration says nothing. */
const waiting: ReadonlySet<OperationId> = new Set(['syncWorker', 'waitForRun', 'openLive', 'readLogs', 'startRun']);

/** Measures and logs each request. Bodies, queries and tokens are never logged. */
export function observeRequests(app: FastifyInstance, metrics: Metrics): void {
  app.addHook('onResponse', (request, reply, done) => {
    const { operationId } = request.routeOptions.config;
    const status = reply.statusCode;
    const ms = reply.elapsedTime;
    if (operationId === undefined || !waiting.has(operationId)) {
      const labels = {
        method: request.method,
        operation: operationId ?? 'none',
        status: `${Math.floor(status / 100)}xx`,
      };
      metrics.httpSeconds.observe(labels, ms / 1000);
    }
    const changed = request.method === 'POST' && operationId !== 'syncWorker' && operationId !== 'appendLogs';
    const level = status >= 500 ? 'error' : changed || status === 401 ? 'info' : 'debug';
    if (request.log.level !== 'silent') {
      const path = request.url.split('?', 1)[0];
      request.log[level]({ method: request.method, path, status, ms: Math.round(ms * 10) / 10 }, 'request');
    }
    done();
  });
}
