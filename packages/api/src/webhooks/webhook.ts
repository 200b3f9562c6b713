import { signatureSchemes, webhookMethods } from '@millrace/core';
import { z } from 'zod';
import { json, jsonObject, time } from '../contract/values.ts';
import { runStatus } from '../runs/run-status.ts';
import { fault } from '../runs/run-step.ts';

export const webhook = z
  .object({
    workspace: z.string(),
    name: z.string(),
    description: z.string().nullable(),
    workflow: z.string(),
    enabled: z.boolean(),
    path: z.string().meta({ description: 'Where requests go, on any server: `/hooks/main/push`.' }),
    methods: z.array(z.enum(webhookMethods)),
    signature: z.enum(signatureSchemes).nullable().meta({ description: 'null: whoever knows the address may call.' }),
    secret: z
      .object({ name: z.string(), known: z.boolean().meta({ description: 'Whether the server that answers has it.' }) })
      .nullable()
      .meta({ description: 'Its name; the value is never told.' }),
    mode: z.enum(['async', 'sync']),
    definition: jsonObject,
  })
  .meta({ id: 'Webhook' });
export type Webhook = z.output<typeof webhook>;

export const deliveryOutcomes = ['accepted', 'duplicate', 'ignored', 'refused'] as const;

export const delivery = z
  .object({
    id: z.string(),
    workspace: z.string(),
    webhook: z.string(),
    received_at: time,
    method: z.string(),
    remote: z.string().meta({ description: 'The address that it came from, as far as the server sees it.' }),
    size_bytes: z.int(),
    delivery_id: z.string().nullable().meta({ description: "The sender's own name of it." }),
    outcome: z.enum(deliveryOutcomes),
    reason: z.string().nullable().meta({ description: 'Why it was refused, ignored or a duplicate; stable.' }),
    message: z.string(),
    run: z.string().nullable(),
    redelivery_of: z.string().nullable(),
    by: z.string().nullable().meta({ description: 'Who delivered it again.' }),
    kept: z.boolean().meta({ description: 'Whether its content is there, so that it can be delivered again.' }),
  })
  .meta({ id: 'Delivery' });
export type Delivery = z.output<typeof delivery>;

export const deliveryDetail = delivery
  .extend({
    content: z.object({
      headers: z.record(z.string(), z.string()).meta({ description: 'Without those that carry secrets.' }),
      query: z.record(z.string(), z.string()),
      content_type: z.string(),
      body: z.string().nullable().meta({ description: 'As text; null: not kept.' }),
    }),
  })
  .meta({ id: 'DeliveryDetail' });
export type DeliveryDetail = z.output<typeof deliveryDetail>;

export const deliveryAnswer = z.union([
  z.object({
    id: z.string().meta({ description: 'The run.' }),
    created: z.boolean().meta({ description: 'false: an earlier delivery started it.' }),
    status_url: z.string().meta({ description: 'Where to ask for the run (with the API token).' }),
    status: runStatus.optional(),
    output: json.optional(),
    error: fault.nullable().optional(),
  }),
  jsonObject,
]);
