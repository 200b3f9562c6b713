import { mostJoined } from '@millrace/api';
import type { FastifyInstance } from 'fastify';
import { mountRoute } from '../contract/mount-route.ts';
import { presentJoined, presentJoinToken } from '../present/present-joining.ts';
import type { ServerContext } from '../server-context.ts';

/** How workers are let in, and sent away. */
export function addJoiningRoutes(app: FastifyInstance, { engine: { joining } }: ServerContext): void {
  mountRoute(app, 'listJoinTokens', async () => ({
    items: (await joining.tokens.list()).map((token) => presentJoinToken(token, Date.now())),
  }));

  mountRoute(app, 'createJoinToken', async ({ body, actor }) => {
    const { name, bounds, life_ms: lifeMs, most_uses: mostUses } = body;
    const { joinToken, token } = await joining.tokens.create({ name, bounds, lifeMs, mostUses, by: actor.name });
    return { join_token: presentJoinToken(joinToken, Date.now()), token };
  });

  mountRoute(app, 'revokeJoinToken', async ({ params }) => {
    await joining.tokens.revoke(params.join_token);
    return { removed: true as const };
  });

  mountRoute(app, 'listJoinedWorkers', async () => ({
    items: (await joining.list(mostJoined)).map(presentJoined),
  }));

  mountRoute(app, 'revokeWorker', async ({ params, actor }) =>
    presentJoined(await joining.revoke(params.joined, actor.name)),
  );
}
