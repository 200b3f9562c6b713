import { ownAccount } from '@millrace/engine';
import type { FastifyInstance } from 'fastify';
import { mountRoute } from '../contract/mount-route.ts';
import { presentApiKey, presentSession } from '../present/present-people.ts';
import type { ServerContext } from '../server-context.ts';
import { selectorOf } from './rights.ts';

/** What callers change about themselves: no permission is needed for that, but an account. */
export function addMeRoutes(app: FastifyInstance, { engine }: ServerContext): void {
  const { accounts, manage } = engine.people;

  mountRoute(app, 'changeOwnPassword', async ({ body, actor }) => {
    await accounts.changePassword(ownAccount(actor), { old: body.old_password, next: body.password });
    return { changed: true as const };
  });

  mountRoute(app, 'listOwnSessions', async ({ actor }) => ({
    items: (await accounts.sessions(ownAccount(actor))).map((one) => presentSession(one, actor.session)),
  }));

  mountRoute(app, 'endOwnSession', async ({ params, actor }) => {
    await manage.accounts.endOwnSession(actor, params.session);
    return { ended: true as const };
  });

  mountRoute(app, 'endOtherSessions', async ({ actor }) => ({ ended: await manage.accounts.endOtherSessions(actor) }));

  mountRoute(app, 'listOwnApiKeys', async ({ actor }) => ({
    items: (await manage.apiKeys.list(ownAccount(actor))).map((key) => presentApiKey(key, Date.now())),
  }));

  mountRoute(app, 'createOwnApiKey', async ({ body, actor }) => {
    const { name, scopes: given, life_ms: lifeMs } = body;
    const scopes = given === null ? null : given.map((grant) => ({ ...grant, where: selectorOf(grant.where) }));
    const { apiKey, key } = await manage.apiKeys.create(actor, { account: ownAccount(actor), name, scopes, lifeMs });
    return { api_key: presentApiKey(apiKey, Date.now()), key };
  });

  mountRoute(app, 'revokeOwnApiKey', async ({ params, actor }) => {
    await manage.apiKeys.revokeOwn(actor, params.key);
    return { removed: true as const };
  });
}
