import { isoTime } from '@millrace/api';
import type { Actor, Engine, ScheduleFilter } from '@millrace/engine';
import type { FastifyInstance } from 'fastify';
import { callerName } from '../contract/caller-name.ts';
import { mountRoute } from '../contract/mount-route.ts';
import { within } from '../permissions/within.ts';
import { presentSchedule, presentScheduleDetail } from '../present/present-schedule.ts';
import type { ServerContext } from '../server-context.ts';

export function addScheduleRoutes(app: FastifyInstance, { engine }: ServerContext): void {
  const { schedules } = engine;

  mountRoute(app, 'listSchedules', async ({ query, reach }) => {
    const filter: ScheduleFilter = {
      ...(query.workspace === undefined ? {} : { workspace: query.workspace }),
      ...(query.workflow === undefined ? {} : { workflow: query.workflow }),
      ...(query.enabled === undefined ? {} : { enabled: query.enabled }),
      ...(query.search === undefined ? {} : { search: query.search }),
      ...(query.due_before === undefined ? {} : { dueBefore: query.due_before }),
      ...within(reach),
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

  mountRoute(app, 'enableSchedule', (call) => override(engine, call, 'enabled'));
  mountRoute(app, 'disableSchedule', (call) => override(engine, call, 'disabled'));
  mountRoute(app, 'resetSchedule', (call) => override(engine, call, 'reset'));

  mountRoute(app, 'backfillSchedule', async ({ params, body, actor }) => {
    const { from, to, dry_run: dryRun } = body;
    const by = callerName(actor, body.by);
    const ticks = await schedules.backfill(keyOf(params), { from, to, dryRun, by });
    const items = ticks.map(({ tickAt, run, created }) => ({ scheduled_at: isoTime(tickAt), run, created }));
    return { dry_run: dryRun, items };
  });

  mountRoute(app, 'fireSchedule', async ({ params, body, reply, actor }) => {
    const { run, created } = await schedules.fire(keyOf(params), {
      by: callerName(actor, body.by),
      startKey: body.idempotency_key ?? null,
    });
    reply.code(created ? 201 : 200);
    return { id: run, created };
  });
}

type Params = Readonly<{ workspace: string; schedule: string }>;
type Decision = Readonly<{ by: string; reason?: string | undefined }>;

const keyOf = ({ workspace, schedule }: Params) => ({ workspace, name: schedule });

async function override(
  { schedules }: Engine,
  { params, body, actor }: Readonly<{ params: Params; body: Decision; actor: Actor }>,
  to: 'enabled' | 'disabled' | 'reset',
) {
  const by = callerName(actor, body.by);
  const detail = await schedules.override(keyOf(params), { to, by, reason: body.reason ?? null });
  return presentScheduleDetail(detail, schedules.ticksOf(detail.schedule, 1));
}
