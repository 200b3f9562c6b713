import { maxDeliveryBytes } from '@millrace/api';
import type { DeliveryFilter, WebhookAnswer } from '@millrace/engine';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { callerName } from '../contract/caller-name.ts';
import { callerSignal } from '../contract/caller-signal.ts';
import { mountRoute } from '../contract/mount-route.ts';
import { signedRequest } from '../contract/signed-request.ts';
import { keepWithin, within } from '../permissions/within.ts';
import { presentFault } from '../present/present-fault.ts';
import { presentDelivery, presentDeliveryDetail, presentWebhook } from '../present/present-webhook.ts';
import type { ServerContext } from '../server-context.ts';

export function addWebhookRoutes(app: FastifyInstance, context: ServerContext): void {
  const { engine } = context;
  addReceivingRoutes(app, context);

  mountRoute(app, 'listWebhooks', async ({ query, reach }) => {
    const found = await engine.webhooks.list({
      ...(query.workspace === undefined ? {} : { workspace: query.workspace }),
      ...(query.workflow === undefined ? {} : { workflow: query.workflow }),
    });
    const seen = keepWithin(found, reach, ({ workspace, definition, folder }) => [workspace, definition.name, folder]);
    return { items: seen.map(presentWebhook) };
  });

  mountRoute(app, 'getWebhook', async ({ params }) =>
    presentWebhook(await engine.webhooks.get({ workspace: params.workspace, name: params.webhook })),
  );

  mountRoute(app, 'listDeliveries', async ({ query, reach }) => {
    const filter: DeliveryFilter = {
      ...(query.workspace === undefined ? {} : { workspace: query.workspace }),
      ...(query.webhook === undefined ? {} : { webhook: query.webhook }),
      ...(query.outcome === undefined ? {} : { outcome: query.outcome }),
      ...within(reach),
    };
    const page = await engine.queries.listDeliveries(filter, { limit: query.limit, after: query.after ?? null });
    return { items: page.items.map(presentDelivery), next: page.next };
  });

  mountRoute(app, 'getDelivery', async ({ params }) =>
    presentDeliveryDetail(await engine.webhooks.delivery(params.delivery)),
  );

  mountRoute(app, 'redeliver', async ({ params, body, actor, reach }) => {
    const { run, delivery } = await engine.webhooks.redeliver(params.delivery, callerName(actor, body.by), reach);
    return { id: run, delivery };
  });
}

/** Signatures are made over bytes, so bodies of any type stay bytes here. */
function addReceivingRoutes(app: FastifyInstance, { engine, closing }: ServerContext): void {
  app.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: maxDeliveryBytes }, (_request, body, done) =>
      done(null, body),
    );
    for (const operation of ['receiveDelivery', 'receiveDeliveryByGet'] as const) {
      mountRoute(scope, operation, async ({ params, request, reply }) => {
        const answer = await engine.webhooks.receive({
          ...params,
          method: request.method,
          ...signedRequest(request),
          remote: request.ip,
          signal: callerSignal(reply, closing),
        });
        return presentAnswer(answer, reply);
      });
    }
  });
}

function presentAnswer(answer: WebhookAnswer, reply: FastifyReply) {
  if (answer.kind === 'ignored') {
    reply.code(200);
    return { ...answer.answer };
  }
  const { run, created, ended } = answer;
  const started = { id: run, created, status_url: `/api/v1/runs/${run}` };
  reply.code(ended === null && created ? 202 : 200);
  if (ended === null) return started;
  const { status, output, error } = ended;
  return { ...started, status, output, error: presentFault(error) };
}
