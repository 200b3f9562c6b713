import { isWithinReach, namedObject, reachOf } from '@millrace/core';
import type { FastifyInstance } from 'fastify';
import { mountRoute } from '../contract/mount-route.ts';
import { presentApiKey } from '../present/present-people.ts';
import type { ServerContext } from '../server-context.ts';
import { selectorOf } from './rights.ts';

export function addApiKeyRoutes(app: FastifyInstance, { engine }: ServerContext): void {
  const { apiKeys } = engine.people.manage;

  mountRoute(app, 'listApiKeys', async ({ query, actor }) => {
    const reach = reachOf(actor.authority, 'api_key:read');
    const all = await apiKeys.list(query.account ?? null);
    return {
      items: all
        .filter(({ account }) => isWithinReach(reach, namedObject(null, account)))
        .map((key) => presentApiKey(key, Date.now())),
    };
  });

  mountRoute(app, 'createApiKey', async ({ body, actor }) => {
    const { account, name, scopes: given, life_ms: lifeMs } = body;
    const scopes = given === null ? null : given.map((grant) => ({ ...grant, where: selectorOf(grant.where) }));
    const { apiKey, key } = await apiKeys.create(actor, { account, name, scopes, lifeMs });
    return { api_key: presentApiKey(apiKey, Date.now()), key };
  });

  mountRoute(app, 'revokeApiKey', async ({ params, actor }) => {
    await apiKeys.revoke(actor, params.key);
    return { removed: true as const };
  });
}
