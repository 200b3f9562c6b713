import { type Fault, type RunControl, type RunStatus, runStatuses, type WorkerDescription } from '@millrace/core';
import type { Queries, RunSummary, WorkerSummary } from '@millrace/engine';
import { type Kysely, sql } from 'kysely';
import type { Database } from '../connections/database.ts';
import { wrapPostgresError } from '../connections/postgres-error.ts';
import { decodeOrigin, type OriginRow, tagInIndex } from '../runs/run-facts.ts';
import { decodeFault, decodeTime } from '../runs/run-rows.ts';
import { findIdBounds } from './id-bounds.ts';
import { latestRuns } from './latest-runs.ts';
import { listLimits, readLimit } from './limits.ts';
import { listApprovals } from './list-approvals.ts';
import { listAudit } from './list-audit.ts';
import { listDeliveries } from './list-deliveries.ts';
import { listEvents } from './list-events.ts';
import { listSchedules } from './list-schedules.ts';
import { allConditions, and, runCandidates } from './run-candidates.ts';
import type { Tables } from './tables.ts';

type SummaryRow = OriginRow &
  Readonly<{
    version: number;
    status: RunStatus;
    started_at: string | null;
    ended_at: string | null;
    error: string | null;
    created_at: string;
    control: string | null;
  }>;

/** Lists and counts for people. `db` is bound to the schema, and its connections find its tables by their bare names. */
export function createQueries(database: Database, db: Kysely<Tables>): Queries {
  return {
    async listRuns(filter, { limit, after }) {
      return readable('list runs', async () => {
        const bounds = await findIdBounds(database, filter);
        const candidates = runCandidates({ filter, bounds, after, limit: limit + 1 });
        const { rows } = await sql<SummaryRow>`
          select r.id as run, r.version, r.status, r.started_at, r.ended_at, r.error, o.created_at, o.facts, f.workspace,
            f.name as workflow, p.revision, p.plan, p.folder,
            case when r.status in ('queued', 'running', 'paused') then r.control end as control
          from (${candidates}) k
          join run r on r.id = k.id
          join run_origin o on o.id = k.id
          join pinned_workflow p on p.id = o.pinned
          join workflow f on f.id = p.workflow
          order by k.id desc`.execute(db);
        const items = rows.slice(0, limit).map(decodeSummary);
        return { items, next: rows.length > limit ? (items.at(-1)?.id ?? null) : null };
      });
    },
    latestRuns: (workspace, each, reach) =>
      readable('list the latest runs', () => latestRuns(db, workspace, each, reach)),
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

function decodeSummary(row: SummaryRow): RunSummary {
  const control = row.control === null ? null : (JSON.parse(row.control) as RunControl);
  const error: Fault | null = decodeFault(row.error);
  return {
    ...decodeOrigin(row),
    status: row.status,
    startedAt: decodeTime(row.started_at),
    endedAt: decodeTime(row.ended_at),
    error,
    version: row.version,
    createdAt: Number(row.created_at),
    cancelling: control?.cancel !== undefined,
  };
}
