import { Readable } from 'node:stream';
import { type AdmittedWorker, maxSyncBytes, maxSyncWaitMs } from '@millrace/api';
import { decodeLogBatch, logBatchMediaType, MillraceError, maxLogBatchBytes } from '@millrace/core';
import type { JoinedWorker } from '@millrace/engine';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { callerSignal } from '../contract/caller-signal.ts';
import { mountRawRoute, mountRoute } from '../contract/mount-route.ts';
import { BatchBuffers } from '../logs/batch-buffers.ts';
import { presentBounds } from '../present/present-joining.ts';
import { bearerToken } from '../security/bearer-token.ts';
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
    const batches = new BatchBuffers(maxLogBatchBytes + logBatchHeaderBytes);
    app.addContentTypeParser(logBatchMediaType, ({ headers }: FastifyRequest, body: Readable) => {
      const length = headers['content-length'];
      return batches.receive(body, length === undefined ? null : Number(length));
    });

    mountRoute(app, 'joinWorker', async ({ body, request }) => {
      const { token: workerToken, name } = body;
      const joinToken = bearerToken(request);
      const worker = await engine.joining.join({ joinToken, workerToken, name, address: request.ip });
      request.shownWorker = { worker, token: workerToken };
      return present(worker);
    });

    mountRoute(app, 'rotateWorkerToken', async ({ body, request: { shownWorker } }) => {
      if (shownWorker !== null) return present(await engine.joining.rotate(shownWorker.token, body.token));
      throw new MillraceError('unauthorized', 'Only a worker that joined has a token of its own to replace.', {
        hint: 'The shared worker token is changed where the server is started.',
      });
    });

    const protocolOf = ({ shownWorker }: FastifyRequest) => engine.joining.protocolOf(shownWorker);

    mountRoute(app, 'syncWorker', ({ body, request, reply }) => {
      const waitMs = Math.min(body.waitMs, maxSyncWaitMs);
      // A call that does not wait has nothing that could be cut short.
      return protocolOf(request).sync({ ...body, waitMs }, waitMs === 0 ? undefined : callerSignal(reply, closing));
    });

    mountRoute(app, 'endedRuns', async ({ body, request }) => {
      const { ended, unknown } = await protocolOf(request).endedRuns(body.runs);
      return { ended: [...ended], unknown: [...unknown] };
    });

    mountRoute(app, 'readSecrets', async ({ body, request, reply }) => {
      // Nothing between server and worker may keep the answer.
      reply.header('cache-control', 'no-store');
      return { values: { ...(await protocolOf(request).readSecrets(body)) } };
    });

    mountRawRoute(app, 'appendLogs', async ({ request, reply }) => {
      const batch = request.body as Uint8Array;
      await protocolOf(request).appendLogs(decodeLogBatch(batch));
      batches.giveBack(batch);
      return reply.code(204).send();
    });

    mountRawRoute(app, 'openFiles', async ({ params, request, reply }) => {
      const files = await protocolOf(request).openFiles(params.workspace, params.revision);
      if (files === null) return reply.code(204).send();
      return reply.type('application/gzip').send(Readable.from(files, { objectMode: false }));
    });
  });
}

/** A token that somebody copied unnoticed is good for a day, and its owner notices that another has taken its place. */
const rotateAfterMs = 24 * 3_600_000;

const present = ({ id, name, bounds }: JoinedWorker): AdmittedWorker => ({
  worker: id,
  name,
  bounds: presentBounds(bounds),
  rotate_after_ms: rotateAfterMs,
});
