import { type LimitKey, type LimitKind, runId, type WhenFull } from '@millrace/core';
import type { LimitDetail, LimitFilter, LimitSummary } from '@millrace/engine';
import { type Kysely, sql } from 'kysely';
import { limitInIndex } from '../runs/run-facts.ts';
import { decodeTime } from '../runs/run-rows.ts';
import { reachConditions } from './reach-condition.ts';
import { and } from './run-candidates.ts';
import type { Tables } from './tables.ts';

type SummaryRow = Readonly<{
  workspace: string;
  kind: LimitKind;
  name: string;
  most: number;
  per_ms: string | null;
  held: number;
  waiting: number;
  waiting_since: string | null;
  free_at: string | null;
}>;

/** Limits that somebody holds or waits for. */
export async function listLimits(
  db: Kysely<Tables>,
  { workspace, kind, key, reach }: LimitFilter,
  most: number,
): Promise<readonly LimitSummary[]> {
  const conditions = [
    ...(workspace === undefined ? [] : [sql`s.workspace = ${workspace}`]),
    ...(kind === undefined ? [] : [sql`s.kind = ${kind}`]),
    ...(key === undefined ? [] : [sql`s.name = ${key}`]),
    ...reachConditions(reach, { workspace: sql`s.workspace`, name: sql`s.name` }),
  ];
  return summaries(db, sql`${and(conditions)}`, most);
}

/** With who holds it and who waits. */
export async function readLimit(db: Kysely<Tables>, key: LimitKey): Promise<LimitDetail | null> {
  const text = limitInIndex(key);
  const [summary] = await summaries(db, sql`s.key = ${text}`, 1);
  if (summary === undefined) return null;
  type Row = Readonly<{ run: string; step: number; iteration: number; item: number; since: string }>;
  const holders = await sql<Row>`
    select s.run, s.step, s.iteration, s.item, s.decided_at as since
    from slot s where s.holding and s.key = ${text}
    order by s.decided_at, s.run, s.step, s.iteration, s.item limit 100`.execute(db);
  const waiters = await sql<Row & Readonly<{ priority: number; when_full: WhenFull | null }>>`
    select s.run, s.step, s.iteration, s.item, s.requested_at as since, s.priority, s.when_full
    from slot s where s.waiting and s.key = ${text}
    order by s.nested desc, s.priority desc, s.requested_at, s.run, s.step, s.iteration, s.item limit 100`.execute(db);
  const position = ({ run, step, item, iteration, since }: Row) => ({
    run: runId(run),
    step,
    item,
    iteration,
    since: Number(since),
  });
  return {
    ...summary,
    holders: holders.rows.map(position),
    waiters: waiters.rows.map((row) => ({
      ...position(row),
      priority: row.priority,
      whenFull: row.when_full ?? 'queue',
    })),
  };
}

/** `most` of a limit is that of the newest request; a rate is free when the start that fills its window leaves it. */
async function summaries(
  db: Kysely<Tables>,
  condition: ReturnType<typeof sql>,
  most: number,
): Promise<readonly LimitSummary[]> {
  const { rows } = await sql<SummaryRow>`
    with one as (
      select s.key, s.workspace, s.kind, s.name,
        count(*) filter (where s.holding)::int as held,
        count(*) filter (where s.waiting)::int as waiting,
        min(s.requested_at) filter (where s.waiting) as waiting_since,
        (array_agg(s.most order by s.requested_at desc, s.run desc, s.step desc, s.iteration desc, s.item desc))[1] as most,
        (array_agg(s.per_ms order by s.requested_at desc, s.run desc, s.step desc, s.iteration desc, s.item desc))[1]
          as per_ms
      from slot s
      where ${condition}
      group by s.key, s.workspace, s.kind, s.name
    )
    select o.workspace, o.kind, o.name, o.held, o.waiting, o.waiting_since, o.most, o.per_ms,
      (
        select r.at + o.per_ms
        from rate_start r
        where r.key = o.key and r.at + o.per_ms > clock()
          and r.number = (select max(l.number) from rate_start l where l.key = o.key) + 1 - o.most
      ) as free_at
    from one o
    order by o.key
    limit ${most}`.execute(db);
  return rows.map((row) => ({
    workspace: row.workspace,
    kind: row.kind,
    key: row.name,
    limit: row.most,
    perMs: decodeTime(row.per_ms),
    held: row.held,
    waiting: row.waiting,
    waitingSince: decodeTime(row.waiting_since),
    freeAt: decodeTime(row.free_at),
  }));
}
