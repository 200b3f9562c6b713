import type { DeliveryFilter, DeliverySummary, Page, Paged } from '@millrace/engine';
import { type Kysely, sql } from 'kysely';
import { decodeSummary } from '../deliveries/delivery-rows.ts';
import { reachConditions } from './reach-condition.ts';
import type { Tables } from './tables.ts';

/** A page of deliveries, newest first, without what was in them. */
export async function listDeliveries(
  db: Kysely<Tables>,
  { workspace, webhook, outcome, reach }: DeliveryFilter,
  { limit, after }: Page,
): Promise<Paged<DeliverySummary>> {
  let query = db
    .selectFrom('delivery')
    .select([
      'id',
      'workspace',
      'webhook',
      'folder',
      'received_at',
      'outcome',
      'reason',
      'run',
      'start_key',
      'kept',
      'facts',
    ])
    .orderBy('id', 'desc')
    .limit(limit + 1);
  if (workspace !== undefined) query = query.where('workspace', '=', workspace);
  if (webhook !== undefined) query = query.where('webhook', '=', webhook);
  if (outcome !== undefined) query = query.where('outcome', '=', outcome);
  if (after !== null) query = query.where('id', '<', /^\d{1,18}$/.test(after) ? after : '0');
  for (const condition of reachConditions(reach, {
    workspace: sql`workspace`,
    name: sql`webhook`,
    folder: sql`folder`,
  })) {
    query = query.where(sql<boolean>`${condition}`);
  }
  const rows = await query.execute();
  const items = rows.slice(0, limit).map(decodeSummary);
  return { items, next: rows.length > limit ? (items.at(-1)?.id ?? null) : null };
}
