import { isWithinReach, namedObject, reachOf } from '@millrace/core';
import type { AccountDetail, AccountKind, Actor } from '@millrace/engine';
import type { FastifyInstance } from 'fastify';
import { mountRoute } from '../contract/mount-route.ts';
import {
  presentIdentity,
  presentLink,
  presentServiceAccount,
  presentSession,
  presentUser,
} from '../present/present-people.ts';
import type { ServerContext } from '../server-context.ts';

/** Users and service accounts. */
export function addUserRoutes(app: FastifyInstance, { engine }: ServerContext): void {
  const { accounts } = engine.people.manage;
  const now = Date.now;
  const list = async (kind: AccountKind, { authority }: Actor): Promise<readonly AccountDetail[]> => {
    const reach = reachOf(authority, 'user:read');
    return (await accounts.list(kind)).filter(({ name }) => isWithinReach(reach, namedObject(null, name)));
  };

  mountRoute(app, 'listUsers', async ({ actor }) => ({
    items: (await list('user', actor)).map((one) => presentUser(one, now())),
  }));

  mountRoute(app, 'createUser', async ({ body, actor }) => {
    const { name, display_name: displayName = null, email = null, password = null } = body;
    const { account, link } = await accounts.create(actor, { kind: 'user', name, displayName, email, password });
    return { user: presentUser(account, now()), link: link === null ? null : presentLink(link, now()) };
  });

  mountRoute(app, 'getUser', async ({ params }) => presentUser(await accounts.get('user', params.user), now()));

  mountRoute(app, 'changeUser', async ({ params, body, actor }) =>
    presentUser(await accounts.change(actor, 'user', params.user, changeOf(body)), now()),
  );

  mountRoute(app, 'disableUser', async ({ params, actor }) =>
    presentUser(await accounts.change(actor, 'user', params.user, { disabled: true }), now()),
  );

  mountRoute(app, 'enableUser', async ({ params, actor }) =>
    presentUser(await accounts.change(actor, 'user', params.user, { disabled: false }), now()),
  );

  mountRoute(app, 'removeUser', async ({ params, actor }) => {
    await accounts.remove(actor, 'user', params.user);
    return { removed: true as const };
  });

  mountRoute(app, 'resetPassword', async ({ params, actor }) =>
    presentLink(await accounts.resetPassword(actor, params.user), now()),
  );

  mountRoute(app, 'unlockUser', async ({ params, actor }) =>
    presentUser(await accounts.unlock(actor, params.user), now()),
  );

  mountRoute(app, 'listUserSessions', async ({ params, actor }) => ({
    items: (await accounts.sessions(params.user)).map((one) => presentSession(one, actor.session)),
  }));

  mountRoute(app, 'signUserOut', async ({ params, actor }) => ({ ended: await accounts.signOut(actor, params.user) }));

  mountRoute(app, 'listUserIdentities', async ({ params }) => ({
    items: (await accounts.identities(params.user)).map(presentIdentity),
  }));

  mountRoute(app, 'removeUserIdentity', async ({ params, actor }) => ({
    removed: presentIdentity(await accounts.removeIdentity(actor, params.user, params.identity)),
  }));

  mountRoute(app, 'setPassword', async ({ body }) => ({
    user: await engine.people.accounts.reset(body.token, body.password),
  }));

  mountRoute(app, 'listServiceAccounts', async ({ actor }) => ({
    items: (await list('service', actor)).map(presentServiceAccount),
  }));

  mountRoute(app, 'createServiceAccount', async ({ body, actor }) => {
    const { name, display_name: displayName = null, email = null } = body;
    const request = { kind: 'service', name, displayName, email, password: null } as const;
    return presentServiceAccount((await accounts.create(actor, request)).account);
  });

  mountRoute(app, 'getServiceAccount', async ({ params }) =>
    presentServiceAccount(await accounts.get('service', params.account)),
  );

  mountRoute(app, 'changeServiceAccount', async ({ params, body, actor }) =>
    presentServiceAccount(await accounts.change(actor, 'service', params.account, changeOf(body))),
  );

  mountRoute(app, 'disableServiceAccount', async ({ params, actor }) =>
    presentServiceAccount(await accounts.change(actor, 'service', params.account, { disabled: true })),
  );

  mountRoute(app, 'enableServiceAccount', async ({ params, actor }) =>
    presentServiceAccount(await accounts.change(actor, 'service', params.account, { disabled: false })),
  );

  mountRoute(app, 'removeServiceAccount', async ({ params, actor }) => {
    await accounts.remove(actor, 'service', params.account);
    return { removed: true as const };
  });
}

type Details = Readonly<{ display_name?: string | undefined; email?: string | null | undefined }>;

const changeOf = ({ display_name: displayName, email }: Details) => ({
  ...(displayName === undefined ? {} : { displayName }),
  ...(email === undefined ? {} : { email }),
});
