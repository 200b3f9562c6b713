import type { Answer, OperationId, Parsed, Route, Routes } from '@millrace/api';
import { routes } from '@millrace/api';
import type { Reach } from '@millrace/core';
import type { Actor } from '@millrace/engine';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

declare module 'fastify' {
  interface FastifyContextConfig {
    operationId?: OperationId;
    access?: Route['access'];
    bodyType?: string;
  }
}

/** The parsed parts of a request, typed by the contract. */
export type Call<R extends Route> = Readonly<{
  params: Parsed<R, 'params'>;
  query: Parsed<R, 'query'>;
  headers: Parsed<R, 'headers'>;
  body: Parsed<R, 'body'>;
  /** Who calls; null where nobody is asked: operations of workers, and those that everybody may call. */
  actor: R extends Readonly<{ access: 'api' }> ? Actor : null;
  /** How far the permission that the operation needs goes for the caller: a list answers with what is within it. */
  reach: Reach;
  request: FastifyRequest;
  reply: FastifyReply;
}>;

/** Adds the contract's route for an operation whose answer is JSON. The first good status stands unless `reply` has another. */
export function mountRoute<Id extends OperationId>(
  app: FastifyInstance,
  operationId: Id,
  handler: (call: Call<Routes[Id]>) => Promise<Answer<Routes[Id]>> | Answer<Routes[Id]>,
): void {
  const status = firstGoodStatus(routes[operationId]);
  mount(app, operationId, async (call) => {
    if (status !== 200) call.reply.code(status);
    return handler(call as Call<Routes[Id]>);
  });
}

/** Adds the contract's route for an operation that answers through `reply` by itself: text, streams, nothing. */
export function mountRawRoute<Id extends OperationId>(
  app: FastifyInstance,
  operationId: Id,
  handler: (call: Call<Routes[Id]>) => Promise<FastifyReply>,
): void {
  mount(app, operationId, (call) => handler(call as Call<Routes[Id]>));
}

/** What the contract says about a route, in Fastify's words. */
export function routeOptions(operationId: OperationId) {
  const spec: Route = routes[operationId];
  return {
    method: spec.method,
    url: fastifyPath(spec.path),
    schema: {
      ...(spec.params === undefined ? {} : { params: spec.params }),
      ...(spec.query === undefined ? {} : { querystring: spec.query }),
      // Loose, because Fastify puts the parsed headers in the place of all headers.
      ...(spec.headers === undefined ? {} : { headers: spec.headers.loose() }),
      ...(spec.body === undefined ? {} : { body: spec.body }),
    },
    config: {
      operationId,
      access: spec.access,
      ...(spec.bodyType === undefined ? {} : { bodyType: spec.bodyType }),
    },
  };
}

function mount(app: FastifyInstance, operationId: OperationId, handler: (call: Call<Route>) => Promise<unknown>): void {
  app.route({
    ...routeOptions(operationId),
    handler: (request, reply) =>
      handler({
        params: request.params as never,
        query: request.query as never,
        headers: request.headers as never,
        body: request.body as never,
        actor: request.actor as never,
        reach: request.reach,
        request,
        reply,
      }),
  });
}

const fastifyPath = (path: string): string => path.replace(/\{(\w+)\}/g, ':$1');

function firstGoodStatus(spec: Route): number {
  const good = Object.keys(spec.responses).map(Number);
  return good.includes(201) ? 201 : (good[0] ?? 200);
}
