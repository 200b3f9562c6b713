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

const kept = z.int().nullable();

const settings = z
  .object({
    version: z.string(),
    retention: z
      .object({
        runs_ms: kept.meta({ description: 'Runs after their end, with their attempts and logs.' }),
        events_ms: kept.meta({ description: 'Events after they were delivered.' }),
        deliveries_ms: kept.meta({ description: 'Requests to webhooks.' }),
        revisions_ms: kept.meta({ description: 'Revisions that were replaced and that no live run needs.' }),
        audit_ms: kept.meta({ description: 'Entries of the audit log.' }),
      })
      .meta({ description: 'How long this server keeps what is over, in milliseconds; null: for ever.' }),
  })
  .meta({ id: 'Settings' });

export const systemRoutes = {
  getSettings: route({
    method: 'GET',
    path: '/api/v1/settings',
    summary: 'The version of this server, and how long it keeps what is over',
    description: 'Each server goes by its own settings: where several share a database, the shortest time counts.',
    tag: 'system',
    access: 'api',
    needs: 'setting:read',
    responses: { 200: { description: 'The settings.', schema: settings } },
    errors: [],
  }),
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
    needs: 'metrics:read',
    responses: { 200: { description: 'The metrics.', contentTypes: ['text/plain'] } },
    errors: ['store_unavailable'],
  }),
};
