import { MillraceError, runId, type WebhookDefinition } from '@millrace/core';
import type { Delivery, WebhookDetail, WebhookRequest, Webhooks } from '@millrace/engine';

const at = Date.UTC(2026, 10, 21, 9, 30);
const definition: WebhookDefinition = {
  name: 'push',
  type: 'webhook',
  workflow: 'release',
  input: {},
  enabled: true,
  secret: '{{ secrets.hook }}',
  signature: 'github',
  toleranceMs: 300_000,
  mode: 'async',
  timeoutMs: 30_000,
  methods: ['POST'],
  maxBodyBytes: 1024,
  rateLimit: { limit: 10, perMs: 1_000 },
};
const detail: WebhookDetail = { workspace: 'shop', definition, secret: { name: 'hook', known: true } };

export const sampleDelivery: Delivery = {
  id: '7',
  workspace: 'shop',
  webhook: 'push',
  receivedAt: at,
  method: 'POST',
  remote: '192.0.2.1',
  sizeBytes: 2,
  deliveryId: 'abc',
  outcome: 'accepted',
  reason: null,
  message: 'It started a run.',
  run: runId('1000'),
  startKey: 'webhook:push:abc',
  fingerprint: null,
  content: {
    headers: { a: 'b' },
    query: {},
    contentType: 'application/json',
    body: Buffer.from('{}').toString('base64'),
  },
  redeliveryOf: null,
  by: null,
};

/** Bodies come as bytes, so it is the engine that reads them; this one takes JSON alone. */
function checkBody({ body, headers }: WebhookRequest): void {
  try {
    if (headers['content-type'] === 'application/json') JSON.parse(Buffer.from(body).toString());
    else if (body.byteLength > 0) throw new SyntaxError('It is no JSON.');
  } catch {
    throw new MillraceError('invalid_request', 'The body is not valid JSON.', { hint: 'Send JSON.' });
  }
}

/** Use cases of one webhook, which say what they were asked. */
export function createFakeWebhooks(seen: WebhookRequest[]): Webhooks {
  const find = (name: string) => {
    if (name === 'push') return detail;
    throw new MillraceError('webhook_not_found', `There is no webhook ${name}.`, { hint: 'It has: push.' });
  };
  const findDelivery = (id: string) => {
    if (id === sampleDelivery.id) return sampleDelivery;
    throw new MillraceError('delivery_not_found', `There is no delivery ${id}.`, { hint: 'List them.' });
  };
  return {
    async receive(request) {
      find(request.webhook);
      checkBody(request);
      seen.push(request);
      const ended = request.query.wait === undefined ? null : { status: 'succeeded' as const, output: 5, error: null };
      return { kind: 'started', run: runId('1000'), created: true, ended };
    },
    list: async () => [detail],
    get: async ({ name }) => find(name),
    delivery: async (id) => findDelivery(id),
    async redeliver(id) {
      findDelivery(id);
      return { delivery: '8', run: runId('1001') };
    },
  };
}
