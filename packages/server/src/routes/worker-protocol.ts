import { Readable } from 'node:stream';
import { maxSyncBytes, maxSyncWaitMs } from '@millrace/api';
import { decodeLogBatch, logBatchMediaType, maxLogBatchBytes } from '@millrace/core';
import type { FastifyInstance } from 'fastify';
import { callerSignal } from '../contract/caller-signal.ts';
import { mountRawRoute, mountRoute } from '../contract/mount-route.ts';
import type { ServerContext } from '../server-context.ts';

/** The header of a log batch comes on top of its data. */
const logBatchHeaderBytes = 1024 * 1024;

/** The worker protocol, in a scope of its own because its bodies are parsed in other ways. */
export function addWorkerProtocolRoutes(parent: FastifyInstance, { engine, closing }: ServerContext): void {
  parent.register(async (app) => {
    // An output may have any key, `__proto__` too. It is a plain key of the parsed object, and nobody copies by assignment.
    app.removeContentTypeParser('application/json');
    app.addContentTypeParser(
      'application/json',
      { parseAs: 'string', bodyLimit: maxSyncBytes },
      app.getDefaultJsonParser('ignore', 'ignore'),
    );
    app.addContentTypeParser(
      logBatchMediaType,
      { parseAs: 'buffer', bodyLimit: maxLogBatchBytes + logBatchHeaderBytes },
      (_request, body, done) => done(null, body),
    );

    mountRoute(app, 'syncWorker', ({ body, reply }) =>
      engine.workers.sync({ ...body, waitMs: Math.min(body.waitMs, maxSyncWaitMs) }, callerSignal(reply, closing)),
    );

    mountRoute(app, 'endedRuns', async ({ body }) => {
      const { ended, unknown } = await engine.workers.endedRuns(body.runs);
      return { ended: [...ended], unknown: [...unknown] };
    });

    mountRoute(app, 'readSecrets', async ({ body, reply }) => {
      // Nothing between server and worker may keep the answer.
      reply.header('cache-control', 'no-store');
      return { values: { ...(await engine.workers.readSecrets(body)) } };
    });

    mountRawRoute(app, 'appendLogs', async ({ request, reply }) => {
      await engine.workers.appendLogs(decodeLogBatch(request.body as Uint8Array));
      return reply.code(204).send();
    });

    mountRawRoute(app, 'openFiles', async ({ params, reply }) => {
      const files = await engine.workers.openFiles(params.workspace, params.revision);
      if (files === null) return reply.code(204).send();
      return reply.type('application/gzip').send(Readable.from(files, { objectMode: false }));
    });
  });
}
