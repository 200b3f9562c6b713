import { routes } from '@millrace/api';
import { MillraceError } from '@millrace/core';
import type { IdentityProvider, LdapProvider, OidcProvider } from '@millrace/engine';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { mountRawRoute, mountRoute } from '../contract/mount-route.ts';
import { clearOidcCookie, readOidcCookie, setOidcCookie } from '../security/oidc-cookie.ts';
import { ownPath } from '../security/own-path.ts';
import { isSecure, setSessionCookies } from '../security/session-cookies.ts';
import type { ServerContext } from '../server-context.ts';
import type { ServerOptions } from '../server-options.ts';
import { beginSession, fromOf } from './begin-session.ts';

/** Signing in by a provider outside. */
export function addOutsideSignInRoutes(app: FastifyInstance, { engine, options }: ServerContext): void {
  const { outside } = engine.people;

  mountRawRoute(app, 'beginOidcSignIn', async ({ params, query, request, reply }) => {
    const provider = findProvider(options, params.provider, 'oidc');
    const { url, attempt } = await provider.begin(callbackOf(request, options, provider.name));
    const left = { ...attempt, provider: provider.name, returnTo: ownPath(query.return_to), link: null };
    setOidcCookie(reply, left, isSecure(request, options));
    return goOn(reply, url);
  });

  mountRawRoute(app, 'finishOidcSignIn', async ({ params, request, reply }) => {
    const provider = findProvider(options, params.provider, 'oidc');
    const secure = isSecure(request, options);
    const left = readOidcCookie(request, secure);
    if (left?.provider === provider.name && left.link !== null) {
      // The session's cookie does not come from another site, so the page brings both.
      request.audited.changed = false;
      return goOn(reply, `/account?${new URLSearchParams({ link: provider.name, came: searchOf(request) })}`);
    }
    clearOidcCookie(reply, secure);
    try {
      if (left === null || left.provider !== provider.name) throw notBegun();
      const came = new URL(callbackOf(request, options, provider.name));
      came.search = searchOf(request);
      const identity = await provider.finish(came.href, left);
      const { rules, name } = provider;
      const session = await outside.begin({ provider: name, identity, rules, ...fromOf(request) });
      request.audited.answer = { account: session.account };
      setSessionCookies(reply, session, secure);
      return goOn(reply, ownPath(left.returnTo));
    } catch (error) {
      if (!(error instanceof MillraceError)) throw error;
      request.log.warn({ err: error, provider: provider.name }, 'a sign-in failed');
      request.audited.code = error.code;
      const told = new URLSearchParams({ sign_in_error: error.code, provider: provider.name });
      return goOn(reply, `/?${told}`);
    }
  });

  mountRoute(app, 'signInByDirectory', async ({ params, body, request, reply }) => {
    const directory = findProvider(options, params.provider, 'ldap');
    return beginSession(
      await outside.askDirectory(directory, { ...body, ...fromOf(request) }),
      request,
      reply,
      options,
    );
  });
}

type OfKind = Readonly<{ oidc: OidcProvider; ldap: LdapProvider }>;

export function findProvider<Kind extends IdentityProvider['kind']>(
  { identityProviders = [] }: ServerOptions,
  name: string,
  kind: Kind,
): OfKind[Kind] {
  const found = identityProviders.find((provider) => provider.name === name && provider.kind === kind);
  if (found !== undefined) return found as OfKind[Kind];
  throw new MillraceError('not_found', `There is no provider ${JSON.stringify(name.slice(0, 100))} to sign in by.`, {
    hint: 'GET /api/v1/sign-in lists what is set up.',
  });
}

const searchOf = ({ url }: FastifyRequest): string => new URL(url, 'http://here.invalid').search;

/** The same address at both ends of the way: providers compare it with the one that is registered. */
export function callbackOf(request: FastifyRequest, options: ServerOptions, provider: string): string {
  const path = routes.finishOidcSignIn.path.replace('{provider}', provider);
  return new URL(path, baseOf(request, options)).href;
}

export const baseOf = (request: FastifyRequest, options: Pick<ServerOptions, 'publicUrl'>): string =>
  options.publicUrl ?? `${isSecure(request, options) ? 'https' : 'http'}://${request.headers.host ?? 'localhost'}`;

const goOn = (reply: FastifyReply, url: string): FastifyReply =>
  reply.header('cache-control', 'no-store').redirect(url, 302);

const notBegun = (): MillraceError =>
  new MillraceError('sign_in_failed', 'This browser has not begun this sign-in, or too long ago.', {
    hint: 'Begin again from the page of the server.',
  });
