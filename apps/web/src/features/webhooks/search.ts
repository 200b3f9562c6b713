import type { Delivery } from '@millrace/api';
import { oneOf } from '../../app/search-params.ts';

export const outcomes = [
  'accepted',
  'duplicate',
  'ignored',
  'refused',
] as const satisfies readonly Delivery['outcome'][];

/** Which deliveries are shown, as it stands in the address. */
export type WebhooksSearch = Readonly<{
  workspace?: string | undefined;
  webhook?: string;
  outcome?: Delivery['outcome'];
}>;

export function parseWebhooksSearch(search: Readonly<Record<string, unknown>>): WebhooksSearch {
  const webhook = oneOf(search.webhook);
  const outcome = outcomes.find((one) => one === oneOf(search.outcome));
  return { ...(webhook === undefined ? {} : { webhook }), ...(outcome === undefined ? {} : { outcome }) };
}
