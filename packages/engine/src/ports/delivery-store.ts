import type { Instant, RunId } from '@millrace/core';

/** What became of a request to a webhook. */
export type DeliveryOutcome = 'accepted' | 'duplicate' | 'ignored' | 'refused';

/** The content of a request, kept so that it can be delivered again. Headers that carry secrets are left out. */
export type DeliveryContent = Readonly<{
  headers: Readonly<Record<string, string>>;
  query: Readonly<Record<string, string>>;
  contentType: string;
  /** base64, since a body may be any bytes; null: it is not kept, because nobody knows who sent it. */
  body: string | null;
}>;

export type NewDelivery = Readonly<{
  workspace: string;
  webhook: string;
  /** In which the workflow of the webhook was then; absent: in none, or nothing was known of the webhook. */
  folder?: string;
  method: string;
  /** The address of the sender, as far as the server sees it. */
  remote: string;
  sizeBytes: number;
  /** The sender's own name of the delivery; null: it has none. */
  deliveryId: string | null;
  outcome: DeliveryOutcome;
  /** Why it was refused or ignored: stable, for programs. null: it was accepted. */
  reason: string | null;
  /** The same for people. */
  message: string;
  run: RunId | null;
  /** What made it one of a kind; two with the same have one run. */
  startKey: string | null;
  /** Hash of its signature; null: it was not signed. */
  fingerprint: string | null;
  content: DeliveryContent;
  /** The delivery that this one repeats. */
  redeliveryOf: string | null;
  /** Who asked for the repetition. */
  by: string | null;
}>;

export type Delivery = NewDelivery &
  Readonly<{ /** Decimal digits, growing with time. */ id: string; receivedAt: Instant }>;

/** The log of deliveries. Append-only; what is old is forgotten. */
export type DeliveryStore = Readonly<{
  append(delivery: NewDelivery): Promise<Delivery>;
  get(id: string): Promise<Delivery | null>;
  /** The first delivery with a start key that was accepted; null: there is none, or none any more. */
  firstAccepted(workspace: string, startKey: string): Promise<Delivery | null>;
  /** Removes deliveries that are older, at most so many. Gives how many. */
  forget(request: Readonly<{ keepMs: number; limit: number }>): Promise<number>;
}>;
