import { z } from 'zod';
import { route } from '../contract/route.ts';
import { signedIn } from './session.ts';

const provider = z.object({
  provider: z.string().min(1).max(100).meta({ description: 'Its name in the configuration.' }),
});
/** What providers send may be long, and says more than is read here. */
const sent = z.string().max(4_000).optional();

const goesOn = { location: 'Where the browser goes on.' };

export const outsideSignInRoutes = {
  beginOidcSignIn: route({
    method: 'GET',
    path: '/api/v1/sign-in/oidc/{provider}',
    summary: 'Send the browser to a provider of OpenID Connect',
    description: 'A link, not a call: the browser comes back to the address below, and then to `return_to`.',
    tag: 'sessions',
    access: 'public',
    params: provider,
    query: z.strictObject({
      return_to: z.string().max(2_000).optional().meta({
        description: 'A path of this server, with which the browser ends up. Anything else counts as `/`.',
      }),
    }),
    responses: { 302: { description: 'To the provider.', headers: goesOn } },
    errors: ['invalid_request', 'not_found', 'identity_provider_unavailable'],
  }),
  finishOidcSignIn: route({
    method: 'GET',
    path: '/api/v1/sign-in/oidc/{provider}/callback',
    summary: 'Take a browser back that a provider has made sure of',
    description:
      'The redirect URI to register at the provider. It counts only in the browser that went there, once. What goes wrong ' +
      'is told to the page as `sign_in_error`.',
    tag: 'sessions',
    access: 'public',
    params: provider,
    query: z.looseObject({ code: sent, state: sent, iss: sent, error: sent }),
    responses: {
      302: {
        description: 'Back to where it began, signed in.',
        headers: { ...goesOn, 'set-cookie': 'The tokens of the session.' },
      },
    },
    errors: ['invalid_request', 'not_found'],
  }),
  signInByDirectory: route({
    method: 'POST',
    path: '/api/v1/sign-in/ldap/{provider}',
    summary: 'Sign in with the name and password of a directory',
    tag: 'sessions',
    access: 'public',
    params: provider,
    body: z.strictObject({ name: z.string().min(1).max(200), password: z.string().min(1).max(1_000) }),
    responses: {
      200: {
        description: 'The session.',
        schema: signedIn,
        headers: { 'set-cookie': 'The tokens of the session, both HttpOnly.' },
      },
    },
    errors: [
      'invalid_request',
      'not_found',
      'sign_in_failed',
      'rate_limited',
      'identity_provider_unavailable',
      'store_unavailable',
    ],
  }),
};
