import { type Answer, openApiDocument, type Routes } from '@millrace/api';
import type { Engine } from '@millrace/engine';
import type { FastifyInstance } from 'fastify';
import { mountRawRoute, mountRoute } from '../contract/mount-route.ts';
import type { ServerContext } from '../server-context.ts';

/** The store answers within this, or the server is not ready. */
const storeTimeoutMs = 2_000;

export function addSystemRoutes(app: FastifyInstance, { engine, metrics, options, closing }: ServerContext): void {
  const { version } = options;
  let document: ReturnType<typeof openApiDocument> | null = null;

  mountRoute(app, 'getOpenApi', () => {
    document ??= openApiDocument(version);
    return { ...document };
  });

  mountRoute(app, 'getLiveness', () => ({ status: 'ok' as const, version }));

  mountRoute(app, 'getReadiness', async ({ request, reply }): Promise<Answer<Routes['getReadiness']>> => {
    if (closing.aborted) {
      reply.code(503);
      return { status: 'not_ready', reasons: [{ check: 'closing', message: 'The server is closing.' }] };
    }
    const failure = await storeFailure(engine);
    if (failure === null) return { status: 'ready', reasons: [] };
    request.log.warn({ err: failure }, 'not ready');
    reply.code(503).header('retry-after', '1');
    return { status: 'not_ready', reasons: [{ check: 'store', message: 'The store does not answer.' }] };
  });

  mountRawRoute(app, 'getMetrics', async ({ reply }) =>
    reply.type(metrics.registry.contentType).send(await metrics.registry.metrics()),
  );
}

async function storeFailure(engine: Engine): Promise<unknown> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`No answer within ${storeTimeoutMs} ms.`)), storeTimeoutMs);
  });
  try {
    await Promise.race([engine.store.now(), late]);
    return null;
  } catch (error) {
    return error;
  } finally {
    clearTimeout(timer);
  }
}
