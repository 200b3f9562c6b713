import { isoTime } from '@millrace/api';
import type { Engine, ScheduleFilter } from '@millrace/engine';
import type { FastifyInstance } from 'fastify';
import { mountRoute } from '../contract/mount-route.ts';
import { presentSchedule, presentScheduleDetail } from '../present/present-schedule.ts';
import type { ServerContext } from '../server-context.ts';

export function addScheduleRoutes(app: FastifyInstance, { engine }: ServerContext): void {
  const { schedules } = engine;

  mountRoute(app, 'listSchedules', async ({ query }) => {
    const filter: ScheduleFilter = {
      ...(query.workspace === undefined ? {} : { workspace: query.workspace }),
      ...(query.workflow === undefined ? {} : { workflow: query.workflow }),
      ...(query.enabled === undefined ? {} : { enabled: query.enabled }),
      ...(query.search === undefined ? {} : { search: query.search }),
    };
    const page = await engine.queries.listSchedules(filter, { limit: query.limit, after: query.after ?? null });
    return {
      items: page.items.map((one) => presentSchedule(one, schedules.ticksOf(one, query.next))),
      next: page.next,
    };
  });

  mountRoute(app, 'getSchedule', async ({ params, query }) => {
    const detail = await schedules.get(keyOf(params));
    return presentScheduleDetail(detail, schedules.ticksOf(detail.schedule, query.next));
  });

  mountRoute(app, 'listScheduleTicks', async ({ params, query }) => {
    const ticks = await schedules.ticks(keyOf(params), { after: query.after ?? null, limit: query.limit });
    return { items: ticks.map(isoTime) };
  });

  mountRoute(app, 'enableSchedule', ({ params, body }) => override(engine, params, 'enabled', body));
  mountRoute(app, 'disableSchedule', ({ params, body }) => override(engine, params, 'disabled', body));
  mountRoute(app, 'resetSchedule', ({ params, body }) => override(engine, params, 'reset', body));

  mountRoute(app, 'backfillSchedule', async ({ params, body }) => {
    const { from, to, dry_run: dryRun, by } = body;
    const ticks = await schedules.backfill(keyOf(params), { from, to, dryRun, by });
    const items = ticks.map(({ tickAt, run, created }) => ({ scheduled_at: isoTime(tickAt), run, created }));
    return { dry_run: dryRun, items };
  });

  mountRoute(app, 'fireSchedule', async ({ params, body, reply }) => {
    const { run, created } = await schedules.fire(keyOf(params), {
      by: body.by,
      startKey: body.idempotency_key ?? null,
    });
    reply.code(created ? 201 : 200);
    return { id: run, created };
  });
}

type Params = Readonly<{ workspace: string; schedule: string }>;

const keyOf = ({ workspace, schedule }: Params) => ({ workspace, name: schedule });

async function override(
  { schedules }: Engine,
  params: Params,
  to: 'enabled' | 'disabled' | 'reset',
  { by, reason }: Readonly<{ by: string; reason?: string | undefined }>,
) {
  const detail = await schedules.override(keyOf(params), { to, by, reason: reason ?? null });
  return presentScheduleDetail(detail, schedules.ticksOf(detail.schedule, 1));
}
