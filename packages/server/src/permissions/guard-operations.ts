import type { Reach } from '@millrace/core';
import type { FastifyInstance, RouteOptions } from 'fastify';
import type { ServerContext } from '../server-context.ts';
import { authorize } from './authorize.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** How far the permission of the operation goes for its caller; everything where none is needed. */
    reach: Reach;
  }
}

/**
 * Asks for the permission of each operation before its handler runs. A route that does not say who may call it keeps the server
 * from starting, so that none can be added that is open by mistake.
 */
export function guardOperations(app: FastifyInstance, context: Pick<ServerContext, 'engine' | 'runObjects'>): void {
  app.decorateRequest('reach', null as unknown as Reach);
  app.addHook('preHandler', async (request) => {
    const { access, operationId } = request.routeOptions.config;
    request.reach = [];
    if (access === 'public' || access === 'worker' || request.is404) return;
    if (request.actor === null || operationId === undefined) throw new Error(`${request.url} is asked by nobody.`);
    const { params, query, body } = request;
    request.reach = await authorize(context, request.actor, operationId, { params, query, body });
  });
  const mounted: RouteOptions[] = [];
  app.addHook('onRoute', (route) => {
    mounted.push(route);
  });
  app.addHook('onReady', async () => {
    for (const { method, url, config } of mounted) {
      const isNamed = config?.access !== 'api' || config.operationId !== undefined;
      if (config?.access === undefined || !isNamed) {
        throw new Error(`The route ${String(method)} ${url} does not say who may call it: mount it by the contract.`);
      }
    }
  });
}
