import { MillraceError } from '@millrace/core';
import type { FastifyInstance } from 'fastify';
import { mountRoute } from '../contract/mount-route.ts';
import { presentIdentity } from '../present/present-people.ts';
import { clearOidcCookie, readOidcCookie, setOidcCookie } from '../security/oidc-cookie.ts';
import { isSecure } from '../security/session-cookies.ts';
import type { ServerContext } from '../server-context.ts';
import { callbackOf, findProvider } from './outside-sign-in.ts';

/** Anew: the provider must not say who sat there before. */
const how = { anew: true };

/** By whom of outside providers somebody lets himself in. */
export function addOwnIdentityRoutes(app: FastifyInstance, { engine, options }: ServerContext): void {
  const { links } = engine.people;

  mountRoute(app, 'listOwnIdentities', async ({ actor }) => ({
    items: (await links.own(actor)).map(presentIdentity),
  }));

  mountRoute(app, 'beginOwnLink', async ({ params, body, actor, request, reply }) => {
    const provider = findProvider(options, params.provider, 'oidc');
    const link = await links.begin(actor, body.password);
    const { url, attempt } = await provider.begin(callbackOf(request, options, provider.name), how);
    const left = { ...attempt, provider: provider.name, returnTo: '/account', link };
    setOidcCookie(reply, left, isSecure(request, options));
    reply.header('cache-control', 'no-store');
    return { go_to: url };
  });

  mountRoute(app, 'finishOwnLink', async ({ params, body, actor, request, reply }) => {
    const provider = findProvider(options, params.provider, 'oidc');
    const secure = isSecure(request, options);
    const left = readOidcCookie(request, secure);
    clearOidcCookie(reply, secure);
    if (left === null || left.link === null || left.provider !== provider.name) {
      throw new MillraceError('sign_in_failed', 'This browser has not begun this link, or too long ago.', {
        hint: 'Begin again from the page of your account.',
      });
    }
    const came = new URL(callbackOf(request, options, provider.name));
    came.search = body.came;
    const prove = () => provider.finish(came.href, left, how);
    return presentIdentity(await links.finish(actor, { token: left.link, provider: provider.name, prove }));
  });

  mountRoute(app, 'linkOwnDirectory', async ({ params, body, actor, request }) => {
    const directory = findProvider(options, params.provider, 'ldap');
    const { password, name, directory_password: outsidePassword } = body;
    const outside = { name, password: outsidePassword };
    return presentIdentity(await links.linkDirectory(actor, { password, directory, outside, address: request.ip }));
  });

  mountRoute(app, 'unlinkOwnIdentity', async ({ params, body, actor }) => ({
    removed: presentIdentity(await links.unlink(actor, params.identity, body.password)),
  }));
}
