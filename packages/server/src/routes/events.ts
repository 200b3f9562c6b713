import { eventId } from '@millrace/core';
import type { FastifyInstance } from 'fastify';
import { accountOf } from '../contract/caller-name.ts';
import { mountRoute } from '../contract/mount-route.ts';
import { within } from '../permissions/within.ts';
import { presentEvent, presentEventDetail } from '../present/present-event.ts';
import type { ServerContext } from '../server-context.ts';

export function addEventRoutes(app: FastifyInstance, { engine }: ServerContext): void {
  mountRoute(app, 'emitEvent', async ({ body, actor }) => {
    const { workspace, type, payload, key, via } = body;
    const request = {
      workspace,
      type,
      payload,
      source: { ...accountOf(actor), type: via },
      ...(key === undefined ? {} : { key }),
    };
    const { event, created } = await engine.emitEvent(request);
    return { event: presentEvent(event), created };
  });

  mountRoute(app, 'listEvents', async ({ query, reach }) => {
    const filter = {
      ...(query.workspace === undefined ? {} : { workspace: query.workspace }),
      ...(query.type === undefined ? {} : { type: query.type }),
      ...(query.key === undefined ? {} : { key: query.key }),
      ...within(reach),
    };
    const page = await engine.queries.listEvents(filter, { limit: query.limit, after: query.after ?? null });
    return { items: page.items.map(presentEvent), next: page.next };
  });

  mountRoute(app, 'getEvent', async ({ params }) => presentEventDetail(await engine.getEvent(eventId(params.event))));
}
