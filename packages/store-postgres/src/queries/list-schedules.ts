import {
  type Page,
  type Paged,
  type ScheduleFilter,
  type StoredSchedule,
  scheduleCursor,
  scheduleKeyOf,
} from '@millrace/engine';
import { type Kysely, sql } from 'kysely';
import { decodeSchedule } from '../schedules/schedule-rows.ts';
import { reachConditions } from './reach-condition.ts';
import type { Tables } from './tables.ts';

/** A page by workspace and name, through the primary key. */
export async function listSchedules(
  db: Kysely<Tables>,
  { workspace, workflow, enabled, search, dueBefore, reach }: ScheduleFilter,
  { limit, after }: Page,
): Promise<Paged<StoredSchedule>> {
  let query = db
    .selectFrom('schedule')
    .selectAll()
    .orderBy('workspace')
    .orderBy('name')
    .limit(limit + 1);
  if (workspace !== undefined) query = query.where('workspace', '=', workspace);
  if (workflow !== undefined) query = query.where('workflow', '=', workflow);
  if (dueBefore !== undefined) query = query.where('next_fire_at', '<', String(dueBefore));
  if (enabled !== undefined) query = query.where('enabled', '=', enabled);
  if (search !== undefined) {
    query = query.where(sql<boolean>`strpos(lower(name), ${search.toLowerCase()}) > 0`);
  }
  for (const condition of reachConditions(reach, { workspace: sql`workspace`, name: sql`name`, folder: sql`folder` })) {
    query = query.where(sql<boolean>`${condition}`);
  }
  if (after !== null) {
    const last = scheduleKeyOf(after);
    query = query.where(sql<boolean>`(workspace, name) > (${last.workspace}, ${last.name})`);
  }
  const rows = await query.execute();
  const items = rows.slice(0, limit).map(decodeSchedule);
  const end = rows.length > limit ? items.at(-1) : undefined;
  return { items, next: end === undefined ? null : scheduleCursor(end) };
}
