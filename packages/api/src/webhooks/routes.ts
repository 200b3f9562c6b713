import { z } from 'zod';
import { paged, pageQuery } from '../contract/page.ts';
import { route } from '../contract/route.ts';
import { name } from '../contract/values.ts';
import { delivery, deliveryAnswer, deliveryDetail, deliveryOutcomes, webhook } from './webhook.ts';

/** The largest body that any webhook may take; each has its own limit below. */
export const maxDeliveryBytes = 8 * 1024 * 1024;

const params = z.object({ workspace: name, webhook: name });
const deliveryParams = z.object({ delivery: z.string().regex(/^\d{1,18}$/, 'Expected the id of a delivery: digits.') });

const receiving = {
  path: '/hooks/{workspace}/{webhook}',
  description:
    'For senders outside. Who may call, and what a request gives to the run, is what the trigger says; the API token is ' +
    'not asked for. A delivery that comes twice starts one run.',
  tag: 'webhooks',
  access: 'public',
  params,
  responses: {
    200: { description: 'It was ignored, was there before, or (sync) its run has ended.', schema: deliveryAnswer },
    202: { description: 'Its run is under way; `status_url` tells how it goes.', schema: deliveryAnswer },
  },
  errors: [
    'invalid_request',
    'invalid_input',
    'invalid_definition',
    'unauthorized',
    'webhook_not_found',
    'workspace_not_found',
    'workflow_not_found',
    'delivery_replayed',
    'too_large',
    'rate_limited',
    'configuration',
    'overloaded',
    'store_unavailable',
  ],
} as const;

export const webhookRoutes = {
  receiveDelivery: route({ ...receiving, method: 'POST', summary: 'Deliver a request to a webhook', bodyType: '*/*' }),
  receiveDeliveryByGet: route({
    ...receiving,
    method: 'GET',
    summary: 'Deliver a request to a webhook whose `methods` has GET',
  }),
  listWebhooks: route({
    method: 'GET',
    path: '/api/v1/webhooks',
    summary: 'List the webhooks of live revisions, by workspace and name',
    tag: 'webhooks',
    access: 'api',
    needs: 'webhook:read',
    query: z.strictObject({ workspace: name.optional(), workflow: name.optional() }),
    responses: { 200: { description: 'All of them.', schema: z.object({ items: z.array(webhook) }) } },
    errors: ['invalid_request', 'store_unavailable'],
  }),
  getWebhook: route({
    method: 'GET',
    path: '/api/v1/workspaces/{workspace}/webhooks/{webhook}',
    summary: 'Get a webhook',
    tag: 'webhooks',
    access: 'api',
    needs: 'webhook:read',
    params,
    responses: { 200: { description: 'The webhook.', schema: webhook } },
    errors: ['invalid_request', 'webhook_not_found', 'store_unavailable'],
  }),
  listDeliveries: route({
    method: 'GET',
    path: '/api/v1/deliveries',
    summary: 'List requests to webhooks, newest first, with what became of them',
    tag: 'webhooks',
    access: 'api',
    needs: 'webhook:read',
    query: z.strictObject({
      ...pageQuery,
      workspace: name.optional(),
      webhook: name.optional(),
      outcome: z.enum(deliveryOutcomes).optional(),
    }),
    responses: { 200: { description: 'A page of deliveries.', schema: paged(delivery) } },
    errors: ['invalid_request', 'store_unavailable'],
  }),
  getDelivery: route({
    method: 'GET',
    path: '/api/v1/deliveries/{delivery}',
    summary: 'Get a delivery with what was in it',
    tag: 'webhooks',
    access: 'api',
    needs: 'webhook:read',
    params: deliveryParams,
    responses: { 200: { description: 'The delivery.', schema: deliveryDetail } },
    errors: ['invalid_request', 'delivery_not_found', 'store_unavailable'],
  }),
  redeliver: route({
    method: 'POST',
    path: '/api/v1/deliveries/{delivery}/redeliver',
    summary: 'Deliver a request again, by the webhook as it is now: a new run',
    tag: 'webhooks',
    access: 'api',
    needs: 'webhook:start',
    params: deliveryParams,
    body: z.strictObject({
      by: z.string().min(1).max(200).default('api').meta({ description: 'Who asks for it, for those who look later.' }),
    }),
    responses: {
      201: { description: 'A new run.', schema: z.object({ id: z.string(), delivery: z.string() }) },
    },
    errors: [
      'invalid_request',
      'invalid_input',
      'invalid_definition',
      'delivery_not_found',
      'webhook_not_found',
      'workflow_not_found',
      'too_large',
      'overloaded',
      'store_unavailable',
    ],
  }),
};
