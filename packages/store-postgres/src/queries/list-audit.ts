import type { AuditFilter, AuditRow, Page, Paged } from '@millrace/engine';
import { type Kysely, sql } from 'kysely';
import { decodeAuditRow, type StoredAuditRow } from '../audit/audit-store.ts';
import { reachConditions } from './reach-condition.ts';
import { and } from './run-candidates.ts';
import type { Tables } from './tables.ts';

/** A page of the audit log, newest first. */
export async function listAudit(
  db: Kysely<Tables>,
  { actor, operation, object, outcome, workspace, since, until, reach }: AuditFilter,
  { limit, after }: Page,
): Promise<Paged<AuditRow>> {
  const conditions = [...reachConditions(reach, { workspace: sql`a.workspace` })];
  if (actor !== undefined) conditions.push(sql`a.actor = ${actor}`);
  if (operation !== undefined) conditions.push(sql`a.operation = ${operation}`);
  if (object !== undefined) {
    // What is below an object lies between its name with a slash and its name with the letter after the slash.
    conditions.push(sql`(a.object = ${object} or (a.object > ${`${object}/`} and a.object < ${`${object}0`}))`);
  }
  if (outcome !== undefined) conditions.push(sql`a.outcome = ${outcome}`);
  if (workspace !== undefined) conditions.push(sql`a.workspace = ${workspace}`);
  if (since !== undefined) conditions.push(sql`a.at >= ${since}::bigint`);
  if (until !== undefined) conditions.push(sql`a.at < ${until}::bigint`);
  if (after !== null) conditions.push(sql`a.number < ${/^\d{1,18}$/.test(after) ? after : '0'}::bigint`);
  const { rows } = await sql<StoredAuditRow>`
    select a.*
    from audit a
    where ${and(conditions)}
    order by a.number desc
    limit ${limit + 1}`.execute(db);
  const items = rows.slice(0, limit).map(decodeAuditRow);
  return { items, next: rows.length > limit ? String(items.at(-1)?.number) : null };
}
