import { MillraceError, type Reach, type RunId, secretReference, type WebhookDefinition } from '@millrace/core';
import type { Delivery } from '../ports/delivery-store.ts';
import type { Store } from '../ports/store.ts';
import type { FindSecret } from '../secrets/find-secret.ts';
import { requireWebhook, type WebhookKey, webhooksOf } from './find-webhook.ts';
import {
  createReceiveDelivery,
  type ReceiveOptions,
  type WebhookAnswer,
  type WebhookRequest,
} from './receive-delivery.ts';
import { createRedeliver, findDelivery } from './redeliver.ts';

export type WebhookDetail = Readonly<{
  workspace: string;
  definition: WebhookDefinition;
  /** Of its workflow; absent: in none. */
  folder?: string;
  /** Its secret, and whether this server knows it; null: it has none. Never the value. */
  secret: Readonly<{ name: string; known: boolean }> | null;
}>;

/** Use cases of webhooks. */
export type Webhooks = Readonly<{
  /**
   * Takes a request of whoever. Codes: webhook_not_found, rate_limited, invalid_request, too_large, configuration,
   * unauthorized, delivery_replayed, and those of `startRun`.
   */
  receive(request: WebhookRequest): Promise<WebhookAnswer>;
  /** The webhooks of live revisions, by workspace and name. */
  list(filter: Readonly<{ workspace?: string; workflow?: string }>): Promise<readonly WebhookDetail[]>;
  /** Codes: webhook_not_found. */
  get(key: WebhookKey): Promise<WebhookDetail>;
  /** Codes: delivery_not_found. */
  delivery(id: string): Promise<Delivery>;
  /** `within`: where who asks may start webhooks. Codes: delivery_not_found, webhook_not_found, invalid_request, and those of `startRun`. */
  redeliver(id: string, by: string, within?: Reach): Promise<Readonly<{ delivery: string; run: RunId }>>;
}>;

export type WebhooksOptions = ReceiveOptions & Readonly<{ workspaces: Store['workspaces'] }>;

export function createWebhooks(options: WebhooksOptions): Webhooks {
  const { workspaces, deliveries, livePlans, findSecret } = options;

  const detail = async (workspace: string, definition: WebhookDefinition): Promise<WebhookDetail> => {
    const name = definition.secret === undefined ? null : secretReference(definition.secret);
    const known = name !== null && (await isKnown(findSecret(workspace, name)));
    const folder = await livePlans.folder(workspace, definition.workflow);
    return { workspace, definition, ...folder, secret: name === null ? null : { name, known } };
  };

  return {
    receive: createReceiveDelivery(options),
    async list({ workspace, workflow }) {
      const names = (await workspaces.list()).map(({ name }) => name).filter((name) => (workspace ?? name) === name);
      const revisions = await Promise.all(names.map((name) => livePlans.revision(name, null)));
      const found = revisions.flatMap((revision) =>
        revision === null
          ? []
          : webhooksOf(revision).map((one) => ({ workspace: revision.workspace, definition: one })),
      );
      const wanted = found.filter(({ definition }) => (workflow ?? definition.workflow) === definition.workflow);
      wanted.sort((left, right) => compareTexts(nameOf(left), nameOf(right)));
      return Promise.all(wanted.map((one) => detail(one.workspace, one.definition)));
    },
    get: async (key) => detail(key.workspace, await requireWebhook(livePlans, key)),
    delivery: (id) => findDelivery(deliveries, id),
    redeliver: createRedeliver(options),
  };
}

/** A source of secrets that is away is no reason to show no webhooks. */
async function isKnown(finding: ReturnType<FindSecret>): Promise<boolean> {
  try {
    return (await finding) !== null;
  } catch (error) {
    if (error instanceof MillraceError && error.code.startsWith('secret_source_')) return false;
    throw error;
  }
}

const nameOf = ({ workspace, definition }: Omit<WebhookDetail, 'secret'>): string => `${workspace}/${definition.name}`;
const compareTexts = (left: string, right: string): number => (left < right ? -1 : left > right ? 1 : 0);
