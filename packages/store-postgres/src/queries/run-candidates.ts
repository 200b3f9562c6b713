// Which runs a filter means, newest first, without reading those that it does not mean.
//
// The filter decides which index leads: the tag's, the parent's, or that of each workflow in question. For statuses that few
// runs have (live ones and those that ended badly) the partial indexes of `run` lead. Each workflow contributes its newest
// few, and the newest of these are the page: a workspace has hundreds of workflows at most, but millions of runs.
import type { RunStatus } from '@millrace/core';
import type { RunFilter } from '@millrace/engine';
import { type RawBuilder, sql } from 'kysely';
import { tagInIndex } from '../runs/run-facts.ts';
import type { IdBounds } from './id-bounds.ts';

type Condition = RawBuilder<unknown>;
export type Candidates = Readonly<{ filter: RunFilter; bounds: IdBounds; after: string | null; limit: number }>;

const live: readonly RunStatus[] = ['queued', 'running', 'paused'];
const unhappy: readonly RunStatus[] = ['failed', 'cancelled', 'timed_out'];

const id = { run: sql.ref('r.id'), origin: sql.ref('o.id'), tag: sql.ref('t.run') };

/** A query of one column, `id`. */
export function runCandidates(candidates: Candidates): RawBuilder<{ id: string }> {
  const { filter, limit } = candidates;
  if (filter.tag !== undefined) {
    const all = [
      sql`t.tag = ${tagInIndex(filter.tag)}`,
      ...conditionsOf(candidates, id.tag),
      ...workflowCondition(filter),
    ];
    return sql`select t.run as id from run_tag t join run_origin o on o.id = t.run join run r on r.id = t.run
      where ${and(all)} order by t.run desc limit ${limit}`;
  }
  if (filter.parent !== undefined) {
    const all = [...conditionsOf(candidates, id.origin), ...workflowCondition(filter)];
    return sql`select o.id from run_origin o join run r on r.id = o.id where ${and(all)} order by o.id desc limit ${limit}`;
  }
  const rare = filter.status?.filter((status) => status !== 'succeeded');
  if (rare !== undefined && rare.length === filter.status?.length) return byStatus(candidates, rare);
  const everything = filter.workspace === undefined && filter.workflow === undefined && filter.topLevel !== true;
  if (everything) {
    return sql`select o.id from run_origin o join run r on r.id = o.id
      where ${and(conditionsOf(candidates, id.origin))} order by o.id desc limit ${limit}`;
  }
  return sql`select n.id from (${workflowsOf(filter)}) f cross join (values ${childValues(filter)}) c (child)
    cross join lateral (
      select o.id from run_origin o join run r on r.id = o.id
      where o.workflow = f.id and (o.parent_run is not null) = c.child and ${and(conditionsOf(candidates, id.origin))}
      order by o.id desc limit ${limit}
    ) n order by n.id desc limit ${limit}`;
}

function byStatus(candidates: Candidates, statuses: readonly RunStatus[]): RawBuilder<{ id: string }> {
  const { filter, limit } = candidates;
  const conditions = and(conditionsOf(candidates, id.run));
  const parts: Condition[] = [];
  if (statuses.some((status) => live.includes(status))) {
    parts.push(sql`select r.id from run r join run_origin o on o.id = r.id
      where r.workflow = f.id and r.child = c.child and r.status in ('queued', 'running', 'paused') and ${conditions}
      order by r.id desc limit ${limit}`);
  }
  for (const status of statuses.filter((each) => unhappy.includes(each))) {
    parts.push(sql`select r.id from run r join run_origin o on o.id = r.id
      where r.workflow = f.id and r.child = c.child and r.status = ${sql.lit(status)} and ${conditions}
      order by r.id desc limit ${limit}`);
  }
  if (parts.length === 0) return sql`select r.id from run r where false`;
  const union = sql.join(
    parts.map((part) => sql`(${part})`),
    sql` union all `,
  );
  return sql`select n.id from (${workflowsOf(filter)}) f cross join (values ${childValues(filter)}) c (child)
    cross join lateral (${union}) n order by n.id desc limit ${limit}`;
}

/** What is left to check of each run; `key` is the column that the leading index is sorted by. */
export function conditionsOf({ filter, bounds, after }: Omit<Candidates, 'limit'>, key: Condition): Condition[] {
  const conditions: Condition[] = [];
  if (after !== null) conditions.push(sql`${key} < ${after}::bigint`);
  if (bounds.below !== null) conditions.push(sql`${key} < ${bounds.below}::bigint`);
  if (bounds.above !== null) conditions.push(sql`${key} > ${bounds.above}::bigint`);
  if (filter.status !== undefined) conditions.push(sql`r.status = any (${[...filter.status]}::text[])`);
  if (filter.topLevel === true) conditions.push(sql`o.parent_run is null`);
  if (filter.parent !== undefined) conditions.push(sql`o.parent_run = ${filter.parent}::bigint`);
  if (filter.createdAfter !== undefined)
    conditions.push(sql`o.created_at >= ${Math.ceil(filter.createdAfter)}::bigint`);
  if (filter.createdBefore !== undefined)
    conditions.push(sql`o.created_at < ${Math.ceil(filter.createdBefore)}::bigint`);
  return conditions;
}

export function workflowCondition(filter: RunFilter): Condition[] {
  if (filter.workspace === undefined && filter.workflow === undefined) return [];
  return [sql`o.workflow in (${workflowsOf(filter)})`];
}

function workflowsOf({ workspace, workflow }: RunFilter): Condition {
  const conditions: Condition[] = [];
  if (workspace !== undefined) conditions.push(sql`workspace = ${workspace}`);
  if (workflow !== undefined) conditions.push(sql`name = ${workflow}`);
  return sql`select id from workflow where ${and(conditions)}`;
}

const childValues = (filter: RunFilter): Condition => (filter.topLevel === true ? sql`(false)` : sql`(false), (true)`);

export const and = (conditions: readonly Condition[]): Condition =>
  conditions.length === 0 ? sql`true` : sql.join([...conditions], sql` and `);
