import { type Reach, type RunStatus, runId } from '@millrace/core';
import type { LatestRun } from '@millrace/engine';
import { type Kysely, sql } from 'kysely';
import { decodeTime } from '../runs/run-rows.ts';
import type { PreparedLists } from './prepared-lists.ts';
import { reachConditions, runColumns } from './reach-condition.ts';
import { and } from './run-candidates.ts';
import type { Tables } from './tables.ts';

type Row = Readonly<{
  workflow: string;
  id: string;
  status: RunStatus;
  created_at: string;
  started_at: string | null;
  ended_at: string | null;
}>;

/** The newest few of each workflow, straight from the index that leads by workflow: the number of older runs does not matter. */
export async function latestRuns(
  db: Kysely<Tables>,
  lists: PreparedLists,
  workspace: string,
  each: number,
  reach: Reach | undefined,
): Promise<ReadonlyMap<string, readonly LatestRun[]>> {
  const within = and([sql`true`, ...reachConditions(reach, runColumns('f', 'o'))]);
  const rows = await lists(
    sql<Row>`
    select f.name as workflow, k.id, r.status, o.created_at, r.started_at, r.ended_at
    from workflow f
    cross join lateral (
      select n.id
      from (values (false), (true)) c (child)
      cross join lateral (
        select o.id from run_origin o
        where o.workflow = f.id and o.child = c.child and ${within}
        order by o.id desc limit ${each}
      ) n
      order by n.id desc limit ${each}
    ) k
    join run_origin o on o.id = k.id
    join run r on r.id = k.id
    where f.workspace = ${workspace}
    order by f.name, k.id desc`.compile(db),
  );
  const latest = new Map<string, LatestRun[]>();
  for (const row of rows) {
    const runs = latest.get(row.workflow) ?? [];
    latest.set(row.workflow, runs);
    runs.push(decodeRun(row));
  }
  return latest;
}

const decodeRun = ({ workflow, id, status, created_at, started_at, ended_at }: Row): LatestRun => ({
  id: runId(id),
  workflow,
  status,
  createdAt: Number(created_at),
  startedAt: decodeTime(started_at),
  endedAt: decodeTime(ended_at),
});
