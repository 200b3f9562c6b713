import { MillraceError, type WebhookDefinition } from '@millrace/core';
import type { Revision, RevisionTrigger } from '../ports/workspace-store.ts';
import type { LivePlans } from '../workspaces/live-plans.ts';

export type WebhookKey = Readonly<{ workspace: string; name: string }>;

export const webhooksOf = (revision: Revision): readonly WebhookDefinition[] =>
  revision.triggers.filter(({ type }) => type === 'webhook').map(definitionOf);

const definitionOf = ({ definition }: RevisionTrigger): WebhookDefinition => definition as unknown as WebhookDefinition;

/** A webhook of the live revision; null: there is none of that name. */
export async function findWebhook(
  livePlans: LivePlans,
  { workspace, name }: WebhookKey,
): Promise<WebhookDefinition | null> {
  const revision = await livePlans.revision(workspace, null);
  return (revision === null ? [] : webhooksOf(revision)).find((one) => one.name === name) ?? null;
}

/** As `findWebhook`, with an error that names those that there are. Not for strangers. */
export async function requireWebhook(livePlans: LivePlans, key: WebhookKey): Promise<WebhookDefinition> {
  const found = await findWebhook(livePlans, key);
  if (found !== null) return found;
  const revision = await livePlans.revision(key.workspace, null);
  const names = (revision === null ? [] : webhooksOf(revision)).map(({ name }) => name);
  throw new MillraceError('webhook_not_found', `Workspace ${key.workspace} has no webhook ${key.name}.`, {
    hint: names.length === 0 ? 'It has no webhooks.' : `It has: ${names.slice(0, 20).join(', ')}.`,
  });
}
