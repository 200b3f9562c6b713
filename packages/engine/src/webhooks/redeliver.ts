import { isWithinReach, MillraceError, namedObject, type Reach, type RunId } from '@millrace/core';
import type { DeliveryStore } from '../ports/delivery-store.ts';
import { requireWebhook } from './find-webhook.ts';
import { readBody } from './read-body.ts';
import { type ReceiveOptions, startDelivered } from './receive-delivery.ts';
import { Refusal } from './refusal.ts';

/**
 * Delivers a logged request again, by the webhook as it is now: a new run, also when there was one. Who sent it was proven
 * when it came.
 */
export function createRedeliver(options: ReceiveOptions) {
  const { deliveries, livePlans } = options;
  return async (id: string, by: string, within?: Reach): Promise<Readonly<{ delivery: string; run: RunId }>> => {
    const first = await findDelivery(deliveries, id);
    const { content, workspace } = first;
    if (content.body === null) {
      throw new MillraceError('invalid_request', `The content of delivery ${id} was not kept.`, {
        hint: 'Only requests whose sender was proven are kept. Have it sent again.',
      });
    }
    const definition = await requireWebhook(livePlans, { workspace, name: first.webhook });
    const { folder } = await livePlans.folder(workspace, definition.workflow);
    if (within !== undefined && !isWithinReach(within, namedObject(workspace, first.webhook, folder))) {
      throw new MillraceError('forbidden', `Webhook ${first.webhook} is not any more where you may start it.`, {
        hint: 'Its workflow was moved to another folder. Ask an administrator.',
      });
    }
    const body = readBody(Buffer.from(content.body, 'base64'), content.contentType, definition.signature);
    if (!body.ok)
      throw new MillraceError('invalid_request', body.message, { hint: 'It cannot be delivered as it is.' });
    const names = {
      delivery: first.deliveryId,
      receivedAt: first.receivedAt,
      method: first.method,
      headers: content.headers,
      query: content.query,
      body: body.value,
    };
    const { id: _, receivedAt: __, folder: ___, ...same } = first;
    const place = folder === undefined ? {} : { folder };
    const again = { ...same, ...place, startKey: null, redeliveryOf: id, by };
    try {
      const { run } = await startDelivered(definition, names, { workspace, startKey: null }, options);
      const message = `${by} delivered it again.`;
      const logged = await deliveries.append({ ...again, outcome: 'accepted', reason: null, message, run });
      return { delivery: logged.id, run };
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      const { reason, message, told } = error;
      await deliveries.append({ ...again, outcome: 'refused', reason, message, run: null });
      throw told;
    }
  };
}

export async function findDelivery(deliveries: DeliveryStore, id: string) {
  const found = await deliveries.get(id);
  if (found !== null) return found;
  throw new MillraceError('delivery_not_found', `There is no delivery ${id}.`, {
    hint: 'List those that there are: millrace webhook deliveries. Old ones are forgotten.',
  });
}
