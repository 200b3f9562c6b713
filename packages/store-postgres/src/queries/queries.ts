import { type RunStatus, runStatuses, type WorkerDescription } from '@millrace/core';
import type { Queries, WorkerSummary } from '@millrace/engine';
import { type Kysely, sql } from 'kysely';
import type { Database } from '../connections/database.ts';
import { wrapPostgresError } from '../connections/postgres-error.ts';
import { tagInIndex } from '../runs/run-facts.ts';
import { decodeTime } from '../runs/run-rows.ts';
import { findIdBounds } from './id-bounds.ts';
import { latestRuns } from './latest-runs.ts';
import { listLimits, readLimit } from './limits.ts';
import { listApprovals } from './list-approvals.ts';
import { listAudit } from './list-audit.ts';
import { listDeliveries } from './list-deliveries.ts';
import { listEvents } from './list-events.ts';
import { listSchedules } from './list-schedules.ts';
import type { PreparedLists } from './prepared-lists.ts';
import { allConditions, and, isPlannedOnce, runCandidates } from './run-candidates.ts';
import { createRunDetails } from './run-details.ts';
import { decodeSummary, type SummaryRow } from './run-summary.ts';
import type { Tables } from './tables.ts';

/** Lists and counts for people. `db` is bound to the schema, and the connections of both find its tables by their bare names. */
export function createQueries(database: Database, db: Kysely<Tables>, lists: PreparedLists): Queries {
  return {
    async listRuns(filter, { limit, after }) {
      return readable('list runs', async () => {
        const bounds = await findIdBounds(database, filter);
        const candidates = runCandidates({ filter, bounds, after, limit: limit + 1 });
        const list = sql<SummaryRow>`
          select r.id as run, r.version, r.status, r.started_at, r.ended_at, r.error, o.created_at, o.facts, f.workspace,
            f.name as workflow, p.revision, p.plan, p.folder,
            case when r.status in ('queued', 'running', 'paused') then r.control end as control
          from (${candidates}) k
          join run r on r.id = k.id
          join run_origin o on o.id = k.id
          join pinned_workflow p on p.id = o.pinned
          join workflow f on f.id = p.workflow
          order by k.id desc`;
        const rows = isPlannedOnce(filter) ? await lists(list.compile(db)) : (await list.execute(db)).rows;
        const items = rows.slice(0, limit).map(decodeSummary);
        return { items, next: rows.length > limit ? (items.at(-1)?.id ?? null) : null };
      });
    },
    runDetail: createRunDetails(database),
    latestRuns: (workspace, each, reach) =>
      readable('list the latest runs', () => latestRuns(db, lists, workspace, each, reach)),
    async listApprovals(filter, page) {
      return readable('list approvals', () => listApprovals(db, filter, page));
    },
    async listEvents(filter, page) {
      return readable('list events', () => listEvents(db, filter, page));
    },
    async listAudit(filter, page) {
      return readable('list the audit log', () => listAudit(db, filter, page));
    },
    async countRuns(filter) {
      return readable('count runs', async () => {
        const bounds = await findIdBounds(database, filter);
        const conditions = allConditions(filter, bounds);
        const tagged =
          filter.tag === undefined ? sql`` : sql`join run_tag t on t.run = r.id and t.tag = ${tagInIndex(filter.tag)}`;
        const { rows } = await sql<{ status: RunStatus; count: string }>`
          select r.status, count(*) as count
          from run r join run_origin o on o.id = r.id ${tagged}
          where ${and(conditions)}
          group by r.status`.execute(db);
        const counted = new Map(rows.map((row) => [row.status, Number(row.count)]));
        return Object.fromEntries(runStatuses.map((status) => [status, counted.get(status) ?? 0])) as Record<
          RunStatus,
          number
        >;
      });
    },
    async listSchedules(filter, page) {
      return readable('list schedules', () => listSchedules(db, filter, page));
    },
    async listDeliveries(filter, page) {
      return readable('list deliveries', () => listDeliveries(db, filter, page));
    },
    async listWorkers() {
      return readable('list workers', async () => {
        const rows = await db
          .selectFrom('worker as w')
          .leftJoin('draining as d', 'd.worker', 'w.id')
          .select(['w.document', 'w.lease_until', 'w.registered_at', 'd.since'])
          .select((e) =>
            e
              .selectFrom('work as t')
              .select((count) => count.fn.countAll<string>().as('held'))
              .whereRef('t.worker', '=', 'w.id')
              .where('t.ready', '=', false)
              .as('held'),
          )
          .orderBy('w.registered_at')
          .orderBy('w.id')
          .execute();
        return rows.map(
          (row): WorkerSummary => ({
            worker: JSON.parse(row.document) as WorkerDescription,
            leaseUntil: Number(row.lease_until),
            registeredAt: Number(row.registered_at),
            held: Number(row.held),
            drainingSince: row.since === null ? null : Number(row.since),
          }),
        );
      });
    },
    listLimits: (filter, most) => readable('list limits', () => listLimits(db, filter, most)),
    limitDetail: (key) => readable('read a limit', () => readLimit(db, key)),
    async countWork() {
      return readable('count work', async () => {
        const rows = await db
          .selectFrom('work as t')
          .innerJoin('lane as l', 'l.id', 't.lane')
          .select(['l.workspace', 'l.queue', 'l.capability', 'l.labels'])
          .select((e) => [
            e.fn.countAll<string>().filterWhere('t.ready', '=', true).as('ready'),
            e.fn.countAll<string>().filterWhere('t.ready', '=', false).as('leased'),
            e.fn.min('t.ready_at').filterWhere('t.ready', '=', true).as('oldest'),
          ])
          .groupBy(['l.id', 'l.workspace', 'l.queue', 'l.capability', 'l.labels'])
          .execute();
        return rows
          .map(({ workspace, queue, capability, labels, ready, leased, oldest }) => ({
            workspace,
            queue,
            capability,
            labels: JSON.parse(labels) as readonly string[],
            ready: Number(ready),
            leased: Number(leased),
            oldestReadyAt: decodeTime(oldest),
          }))
          .sort((left, right) => (laneText(left) < laneText(right) ? -1 : 1));
      });
    },
  };
}

type LaneText = Readonly<{ workspace: string | null; queue: string; capability: string; labels: readonly string[] }>;
const laneText = ({ workspace, queue, capability, labels }: LaneText): string =>
  JSON.stringify([workspace, queue, capability, labels]);

async function readable<Result>(action: string, read: () => Promise<Result>): Promise<Result> {
  try {
    return await read();
  } catch (error) {
    throw wrapPostgresError(error, action);
  }
}
