import { type Delivery, type DeliveryDetail, isoTime, type Webhook } from '@millrace/api';
import type { JsonObject } from '@millrace/core';
import type { DeliverySummary, Delivery as StoredDelivery, WebhookDetail } from '@millrace/engine';

export function presentWebhook({ workspace, definition, secret }: WebhookDetail): Webhook {
  const { name, description, workflow, enabled, methods, signature, mode } = definition;
  return {
    workspace,
    name,
    description: description ?? null,
    workflow,
    enabled,
    path: `/hooks/${encodeURIComponent(workspace)}/${encodeURIComponent(name)}`,
    methods: [...methods],
    signature,
    secret,
    mode,
    definition: definition as unknown as JsonObject,
  };
}

export function presentDelivery(delivery: DeliverySummary): Delivery {
  return {
    id: delivery.id,
    workspace: delivery.workspace,
    webhook: delivery.webhook,
    received_at: isoTime(delivery.receivedAt),
    method: delivery.method,
    remote: delivery.remote,
    size_bytes: delivery.sizeBytes,
    delivery_id: delivery.deliveryId,
    outcome: delivery.outcome,
    reason: delivery.reason,
    message: delivery.message,
    run: delivery.run,
    redelivery_of: delivery.redeliveryOf,
    by: delivery.by,
    kept: delivery.kept,
  };
}

export function presentDeliveryDetail({ content, ...delivery }: StoredDelivery): DeliveryDetail {
  const { headers, query, contentType, body } = content;
  return {
    ...presentDelivery({ ...delivery, kept: body !== null }),
    content: {
      headers: { ...headers },
      query: { ...query },
      content_type: contentType,
      body: body === null ? null : Buffer.from(body, 'base64').toString('utf8'),
    },
  };
}
