import { type Answer, openApiDocument, type Routes } from '@millrace/api';
import type { Engine } from '@millrace/engine';
import type { FastifyInstance } from 'fastify';
import { mountRawRoute, mountRoute } from '../contract/mount-route.ts';
import type { ServerContext } from '../server-context.ts';

/** The store answers within this, or the server is not ready. */
const storeTimeoutMs = 2_000;
/** A loop's pause is two seconds at most, its work rarely as long; after this something is wrong. */
const loopSilenceLimitMs = 60_000;

export function addSystemRoutes(app: FastifyInstance, { engine, metrics, options, closing }: ServerContext): void {
  const { version } = options;
  let document: ReturnType<typeof openApiDocument> | null = null;

  mountRoute(app, 'getOpenApi', () => {
    document ??= openApiDocument(version);
    return { ...document };
  });

  mountRoute(app, 'getSettings', () => {
    const { runs, events, deliveries, revisions, audit } = engine.retention;
    const retention = {
      runs_ms: runs,
      events_ms: events,
      deliveries_ms: deliveries,
      revisions_ms: revisions,
      audit_ms: audit,
    };
    return { version, retention };
  });

  mountRoute(app, 'getLiveness', () => ({ status: 'ok' as const, version }));

  mountRoute(app, 'getReadiness', async ({ request, reply }): Promise<Answer<Routes['getReadiness']>> => {
    if (closing.aborted) {
      reply.code(503);
      return { status: 'not_ready', reasons: [{ check: 'closing', message: 'The server is closing.' }] };
    }
    const failure = await storeFailure(engine);
    const away = { check: 'store' as const, message: 'The store does not answer.' };
    const reasons = failure === null ? silentLoops(engine) : [away];
    if (reasons.length === 0) return { status: 'ready', reasons };
    request.log.warn({ err: failure, reasons }, 'not ready');
    reply.code(503).header('retry-after', '1');
    return { status: 'not_ready', reasons };
  });

  mountRawRoute(app, 'getMetrics', async ({ reply }) =>
    reply.type(metrics.registry.contentType).send(await metrics.registry.metrics()),
  );
}

/** Loops that have not succeeded for long: this server fires no timers, or finds no lost workers, though its store answers. */
function silentLoops(engine: Engine): { check: 'loop'; message: string }[] {
  return Object.entries(engine.stats().loopSilenceMs)
    .filter(([, ms]) => ms > loopSilenceLimitMs)
    .map(([name, ms]) => ({
      check: 'loop' as const,
      message: `The loop \`${name}\` has not succeeded for ${Math.round(ms / 1000)} s.`,
    }));
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
