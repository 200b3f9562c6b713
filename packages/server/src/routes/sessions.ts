import type { Me, SignedIn } from '@millrace/api';
import { isEmptyReach, isUnlimitedReach, type Permission, permissions, reachOf } from '@millrace/core';
import type { Actor, IssuedSession } from '@millrace/engine';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { mountRoute } from '../contract/mount-route.ts';
import { asksWho } from '../security/identify-caller.ts';
import { clearSessionCookies, cookieToken, isSecure } from '../security/session-cookies.ts';
import type { ServerContext } from '../server-context.ts';
import type { ServerOptions } from '../server-options.ts';
import { beginSession, fromOf } from './begin-session.ts';
import { baseOf } from './outside-sign-in.ts';

/** Signing in and out. A wrong password and a wrong link cost the same time as right ones: the engine sees to that. */
export function addSessionRoutes(app: FastifyInstance, { engine, options }: ServerContext): void {
  const { people } = engine;

  const begin = (session: IssuedSession, request: FastifyRequest, reply: FastifyReply): SignedIn =>
    beginSession(session, request, reply, options);

  /** A provider that does not answer keeps nobody from signing out here. */
  async function signOutElsewhere(account: string, request: FastifyRequest): Promise<string | null> {
    const linked = await people.outside.providersOf(account);
    const provider = options.identityProviders?.find(({ name }) => linked.includes(name));
    if (provider?.kind !== 'oidc') return null;
    return provider.signOutUrl(new URL('/', baseOf(request, options)).href).catch(() => null);
  }

  mountRoute(app, 'getMe', ({ actor }) => presentMe(actor, options));

  mountRoute(app, 'getSignIn', async () => ({
    required: asksWho(options),
    password: true,
    providers: (options.identityProviders ?? []).map(({ name, title, kind }) => ({ name, title, kind })),
    set_up_needed: options.signIn === true && (await people.setUp.needed()),
  }));

  mountRoute(app, 'signIn', async ({ body: { name, password }, request, reply }) =>
    begin(await people.signIn.signIn({ name, password, ...fromOf(request) }), request, reply),
  );

  mountRoute(app, 'renewSession', async ({ request, reply }) => {
    try {
      return begin(
        await people.signIn.renew(cookieToken(request, 'refresh', isSecure(request, options)) ?? ''),
        request,
        reply,
      );
    } catch (error) {
      // The session is over, so the browser need not show it any more. (`conflict`: another tab has renewed it.)
      if (isSignInFailed(error)) clearSessionCookies(reply, isSecure(request, options));
      throw error;
    }
  });

  mountRoute(app, 'signOut', async ({ actor, request, reply }) => {
    const ended = actor.session !== null && (await people.signOut(actor.session));
    clearSessionCookies(reply, isSecure(request, options));
    return { ended, go_to: ended ? await signOutElsewhere(actor.name, request) : null };
  });

  mountRoute(app, 'setUp', async ({ body, request, reply }) => {
    const { token, name, password, display_name: displayName } = body;
    const wanted = { token, name, password, displayName: displayName ?? null };
    return begin(await people.setUp.finish({ ...wanted, ...fromOf(request) }), request, reply);
  });
}

const isSignInFailed = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'sign_in_failed';

function presentMe(actor: Actor, options: ServerOptions): Me {
  if (actor.kind === 'attempt') throw new Error('An attempt is told nothing of itself: it is refused before.');
  const kinds = (options.identityProviders ?? []).map(({ kind }) => kind);
  return {
    account: actor.name,
    kind: actor.kind,
    display_name: actor.displayName,
    groups: [...actor.groups],
    permissions: Object.fromEntries(permissions.map((permission) => [permission, extentOf(actor, permission)])),
    session: actor.session === null ? null : { id: actor.session },
    api_key: actor.apiKey,
    sign_in: { required: asksWho(options), methods: [...new Set(['password', ...kinds])] },
  };
}

function extentOf({ authority }: Actor, permission: Permission): 'all' | 'some' | 'none' {
  const reach = reachOf(authority, permission);
  if (isUnlimitedReach(reach)) return 'all';
  return isEmptyReach(reach) ? 'none' : 'some';
}
