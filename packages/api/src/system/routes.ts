import { z } from 'zod';
import { route } from '../contract/route.ts';

const liveness = z.object({ status: z.literal('ok'), version: z.string() }).meta({ id: 'Liveness' });

const readiness = z
  .object({
    status: z.enum(['ready', 'not_ready']),
    reasons: z.array(z.object({ check: z.enum(['store', 'loop', 'closing']), message: z.string() })).meta({
      description: 'Why the server is not ready; empty when it is.',
    }),
  })
  .meta({ id: 'Readiness' });

export const systemRoutes = {
  getOpenApi: route({
    method: 'GET',
    path: '/openapi.json',
    summary: 'The OpenAPI 3.1 document of this API',
    tag: 'system',
    access: 'public',
    responses: { 200: { description: 'The document.', schema: z.record(z.string(), z.unknown()) } },
    errors: [],
  }),
  getLiveness: route({
    method: 'GET',
    path: '/health/live',
    summary: 'Whether the process answers at all',
    description: 'Looks at nothing else: a database that is away is no reason to restart the server.',
    tag: 'system',
    access: 'public',
    responses: { 200: { description: 'It does.', schema: liveness } },
    errors: [],
  }),
  getReadiness: route({
    method: 'GET',
    path: '/health/ready',
    summary: 'Whether the server can do its work',
    tag: 'system',
    access: 'public',
    responses: {
      200: { description: 'It can.', schema: readiness },
      503: { description: 'It cannot; `reasons` say why.', schema: readiness },
    },
    errors: [],
  }),
  getMetrics: route({
    method: 'GET',
    path: '/metrics',
    summary: 'Metrics in the Prometheus text format',
    tag: 'system',
    access: 'api',
    responses: { 200: { description: 'The metrics.', contentTypes: ['text/plain'] } },
    errors: ['store_unavailable'],
  }),
};
