// Which runs a filter means, newest first, without reading those that it does not mean.
//
// The filter decides which index leads: the tag's, the parent's, or that of each workflow in question. For statuses that few
// runs have (live ones and those that ended badly) the partial indexes of `run` lead. Each workflow contributes its newest
// few, and the newest of these are the page: there are hundreds of workflows, but millions of runs.
import type { RunId, RunStatus } from '@millrace/core';
import type { RunFilter } from '@millrace/engine';
import { type RawBuilder, sql } from 'kysely';
import { tagInIndex } from '../runs/run-facts.ts';
import type { IdBounds } from './id-bounds.ts';
import { isByNames, runReachConditions, workflowReachConditions } from './reach-condition.ts';

type Condition = RawBuilder<unknown>;
export type Candidates = Readonly<{ filter: RunFilter; bounds: IdBounds; after: string | null; limit: number }>;

const live: readonly RunStatus[] = ['queued', 'running', 'paused'];
const unhappy: readonly RunStatus[] = ['failed', 'cancelled', 'timed_out'];

const id = { run: sql.ref('r.id'), origin: sql.ref('o.id'), tag: sql.ref('t.run'), rerun: sql.ref('e.run') };

/** A query of one column, `id`. */
export function runCandidates(candidates: Candidates): Candidate {
  const { filter } = candidates;
  if (filter.tag !== undefined) return byTag(candidates, filter.tag);
  if (filter.rerunOf !== undefined) return byRerunOf(candidates, filter.rerunOf);
  if (filter.parent !== undefined) return byParent(candidates, filter.parent);
  const rare = filter.status?.filter((status) => status !== 'succeeded');
  if (rare !== undefined && rare.length === filter.status?.length) return byStatus(candidates, rare);
  return byAge(candidates);
}

/**
 * Whether it is known which index leads, however the runs are spread: then the statement is planned once. A tag beside something
 * else may be the rarer of the two or not; the planner knows its most common values, and decides each time.
 */
export const isPlannedOnce = ({ tag, workspace, workflow, status, parent, rerunOf, reach }: RunFilter): boolean =>
  tag === undefined || [workspace, workflow, status, parent, rerunOf, reach].every((one) => one === undefined);

type Candidate = RawBuilder<{ id: string }>;

function byTag(candidates: Candidates, tag: string): Candidate {
  const { filter, limit } = candidates;
  const conditions = [
    sql`t.tag = ${tagInIndex(tag)}`,
    ...keyConditions(candidates, id.tag),
    ...rowConditions(filter),
    ...workflowCondition(filter),
  ];
  return sql`select t.run as id from run_tag t join run_origin o on o.id = t.run join run r on r.id = t.run
    where ${and(conditions)} order by t.run desc limit ${limit}`;
}

function byParent(candidates: Candidates, parent: RunId): Candidate {
  const { filter, limit } = candidates;
  const conditions = [
    sql`o.parent_run = ${parent}::bigint`,
    ...keyConditions(candidates, id.origin),
    ...rowConditions(filter),
    ...workflowCondition(filter),
  ];
  return sql`select o.id from run_origin o join run r on r.id = o.id
    where ${and(conditions)} order by o.id desc limit ${limit}`;
}

function byRerunOf(candidates: Candidates, rerunOf: RunId): Candidate {
  const { filter, limit } = candidates;
  const conditions = [
    sql`e.rerun_of = ${rerunOf}::bigint`,
    ...keyConditions(candidates, id.rerun),
    ...rowConditions(filter),
    ...workflowCondition(filter),
  ];
  return sql`select e.run as id from rerun e join run_origin o on o.id = e.run join run r on r.id = e.run
    where ${and(conditions)} order by e.run desc limit ${limit}`;
}

/**
 * The newest of each workflow in question; of all runs, if no workflow is. Only workflows whose newest run is among the newest can
 * have a part in the page: they are found first, by one look into each, however many there are.
 */
function byAge(candidates: Candidates): Candidate {
  const { filter, limit } = candidates;
  const conditions = [
    ...keyConditions(candidates, id.origin),
    ...statusCondition(filter),
    ...timeConditions(filter),
    ...reachWithin(filter),
  ];
  const status = filter.status === undefined ? sql`` : sql`join run r on r.id = o.id`;
  if (isOfAll(filter) && filter.topLevel !== true) {
    return sql`select o.id from run_origin o ${status} where ${and(conditions)} order by o.id desc limit ${limit}`;
  }
  const newest = (workflow: Condition, child: Condition, most: Condition) => sql`(
    select o.id from run_origin o ${status}
    where o.workflow = ${workflow} and o.child = ${child} and ${and(conditions)}
    order by o.id desc limit ${most}
  )`;
  return sql`select n.id from (
    select f.id as workflow, c.child
    from (${workflowsOf(filter)}) f cross join (values ${childValues(filter)}) c (child)
    cross join lateral ${newest(sql`f.id`, sql`c.child`, sql`1`)} x
    order by x.id desc limit ${limit}
  ) g cross join lateral ${newest(sql`g.workflow`, sql`g.child`, sql`${limit}`)} n
  order by n.id desc limit ${limit}`;
}

function byStatus(candidates: Candidates, statuses: readonly RunStatus[]): Candidate {
  const { filter, limit } = candidates;
  const times = [...timeConditions(filter), ...reachWithin(filter)];
  const origin = times.length === 0 ? sql`` : sql`join run_origin o on o.id = r.id`;
  const select = (conditions: Condition) => sql`(
    select r.id from run r ${origin}
    where r.child = c.child and ${conditions} and ${and([...keyConditions(candidates, id.run), ...times])}
    order by r.id desc limit ${limit}
  )`;
  const parts: Condition[] = [];
  if (statuses.some((status) => live.includes(status))) {
    const which = and([sql`r.status in ('queued', 'running', 'paused')`, ...statusCondition(filter)]);
    const part = select(sql`r.workflow = f.id and ${which}`);
    parts.push(sql`select p.id from (${workflowsOf(filter)}) f cross join lateral ${part} p`);
  }
  for (const status of statuses.filter((each) => unhappy.includes(each))) {
    const one = sql`r.status = ${sql.lit(status)}`;
    if (isOfAll(filter)) parts.push(sql`select p.id from ${select(one)} p`);
    else {
      const part = select(sql`r.workflow = f.id and ${one}`);
      parts.push(sql`select p.id from (${workflowsOf(filter)}) f cross join lateral ${part} p`);
    }
  }
  if (parts.length === 0) return sql`select r.id from run r where false`;
  return sql`select n.id from (values ${childValues(filter)}) c (child)
    cross join lateral (${sql.join(parts, sql` union all `)}) n order by n.id desc limit ${limit}`;
}

/** Whether no workflow is ruled out by its names. */
const isOfAll = ({ workspace, workflow, reach }: RunFilter): boolean =>
  workspace === undefined && workflow === undefined && workflowReachConditions(reach).length === 0;

/** What a reach asks beyond the names by which workflows were chosen. */
const reachWithin = ({ reach }: RunFilter): readonly Condition[] => (isByNames(reach) ? [] : runReachConditions(reach));

/** The range of ids; `key` is the column that the leading index is sorted by. */
function keyConditions({ bounds, after }: Candidates, key: Condition): Condition[] {
  const conditions: Condition[] = [];
  if (after !== null) conditions.push(sql`${key} < ${after}::bigint`);
  if (bounds.below !== null) conditions.push(sql`${key} < ${bounds.below}::bigint`);
  if (bounds.above !== null) conditions.push(sql`${key} > ${bounds.above}::bigint`);
  return conditions;
}

function statusCondition({ status }: RunFilter): Condition[] {
  return status === undefined ? [] : [sql`r.status = any (${[...status]}::text[])`];
}

function timeConditions({ createdAfter, createdBefore }: RunFilter): Condition[] {
  const conditions: Condition[] = [];
  if (createdAfter !== undefined) conditions.push(sql`o.created_at >= ${Math.ceil(createdAfter)}::bigint`);
  if (createdBefore !== undefined) conditions.push(sql`o.created_at < ${Math.ceil(createdBefore)}::bigint`);
  return conditions;
}

function rowConditions(filter: RunFilter): Condition[] {
  const conditions = [...statusCondition(filter), ...timeConditions(filter), ...reachWithin(filter)];
  if (filter.topLevel === true) conditions.push(sql`not o.child`);
  if (filter.parent !== undefined) conditions.push(sql`o.parent_run = ${filter.parent}::bigint`);
  if (filter.rerunOf !== undefined) {
    conditions.push(sql`exists (select from rerun n where n.rerun_of = ${filter.rerunOf}::bigint and n.run = r.id)`);
  }
  return conditions;
}

/** All that a filter asks of a run `r` with its origin `o`, tags apart. */
export function allConditions(filter: RunFilter, bounds: IdBounds): Condition[] {
  const keys = keyConditions({ filter, bounds, after: null, limit: 0 }, id.run);
  return [...keys, ...rowConditions(filter), ...workflowCondition(filter)];
}

function workflowCondition(filter: RunFilter): Condition[] {
  if (isOfAll(filter)) return [];
  return [sql`o.workflow in (${workflowsOf(filter)})`];
}

function workflowsOf({ workspace, workflow, reach }: RunFilter): Condition {
  const conditions: Condition[] = [...workflowReachConditions(reach)];
  if (workspace !== undefined) conditions.push(sql`workspace = ${workspace}`);
  if (workflow !== undefined) conditions.push(sql`name = ${workflow}`);
  return sql`select id from workflow where ${and(conditions)}`;
}

const childValues = (filter: RunFilter): Condition => (filter.topLevel === true ? sql`(false)` : sql`(false), (true)`);

export const and = (conditions: readonly Condition[]): Condition =>
  conditions.length === 0 ? sql`true` : sql.join([...conditions], sql` and `);
