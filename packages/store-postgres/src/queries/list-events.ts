import type { StoredEvent } from '@millrace/core';
import type { EventFilter, Page, Paged } from '@millrace/engine';
import { type Kysely, sql } from 'kysely';
import { decodeEvent, type EventRow } from '../events/event-store.ts';
import { reachConditions } from './reach-condition.ts';
import { and } from './run-candidates.ts';
import type { Tables } from './tables.ts';

/** Newest first, by the index of the workspace, of its type, or of all events. */
export async function listEvents(
  db: Kysely<Tables>,
  { workspace, type, key, reach }: EventFilter,
  { limit, after }: Page,
): Promise<Paged<StoredEvent>> {
  const conditions = [...reachConditions(reach, { workspace: sql`e.workspace`, name: sql`e.type` })];
  if (workspace !== undefined) conditions.push(sql`e.workspace = ${workspace}`);
  if (type !== undefined) conditions.push(sql`e.type = ${type}`);
  if (key !== undefined) conditions.push(sql`e.key = ${key}`);
  if (after !== null) conditions.push(sql`e.id < ${after}::bigint`);
  const { rows } = await sql<EventRow>`
    select e.id, e.workspace, e.type, e.payload, e.source, e.key, e.created_at
    from event e
    where ${and(conditions)}
    order by e.id desc
    limit ${limit + 1}`.execute(db);
  const items = rows.slice(0, limit).map(decodeEvent);
  return { items, next: rows.length > limit ? (items.at(-1)?.id ?? null) : null };
}
