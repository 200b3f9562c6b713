import type { FastifyInstance } from 'fastify';
import { callerName } from '../contract/caller-name.ts';
import { mountRoute } from '../contract/mount-route.ts';
import { keepWithin } from '../permissions/within.ts';
import { presentConnection, presentSecret } from '../present/present-secret.ts';
import type { ServerContext } from '../server-context.ts';

export function addSecretRoutes(app: FastifyInstance, { engine }: ServerContext): void {
  const { secrets } = engine;

  mountRoute(app, 'listSecrets', async ({ params: { workspace }, reach }) => ({
    items: keepWithin(await secrets.list(workspace), reach, ({ name }) => [workspace, name]).map(presentSecret),
  }));

  mountRoute(app, 'setSecret', async ({ params, body, actor }) => {
    const by = callerName(actor, body.by);
    return presentSecret(
      await secrets.set({ workspace: params.workspace, name: params.secret, value: body.value, by }),
    );
  });

  mountRoute(app, 'removeSecret', async ({ params }) => {
    await secrets.remove({ workspace: params.workspace, name: params.secret });
    return { removed: true as const };
  });

  mountRoute(app, 'rotateSecrets', async () => {
    const { keyId, resealed, total } = await secrets.rotate();
    return { key: keyId, resealed, total };
  });

  mountRoute(app, 'listConnections', async ({ params: { workspace }, reach }) => ({
    items: keepWithin(await secrets.listConnections(workspace), reach, ({ name }) => [workspace, name]).map((one) =>
      presentConnection(workspace, one),
    ),
  }));
}
