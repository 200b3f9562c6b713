import { z } from 'zod';
import { route } from '../contract/route.ts';
import { password } from './account.ts';
import { identity, identityId, identityList } from './identity.ts';

const ofProvider = z.object({ provider: z.string().min(1).max(100) });
const ownPassword = password.meta({ description: 'Of the account here: a session alone changes nothing of this.' });
const proving = ['invalid_request', 'not_found', 'forbidden', 'sign_in_failed', 'rate_limited'] as const;

/** By whom of outside providers somebody lets himself in. */
export const ownIdentityRoutes = {
  listOwnIdentities: route({
    method: 'GET',
    path: '/api/v1/me/identities',
    summary: 'List by which outside identities you may sign in',
    tag: 'people',
    access: 'api',
    needs: null,
    responses: { 200: { description: 'By provider.', schema: identityList } },
    errors: ['not_found', 'store_unavailable'],
  }),
  beginOwnLink: route({
    method: 'POST',
    path: '/api/v1/me/identities/oidc/{provider}',
    summary: 'Begin to link somebody at a provider of OpenID Connect to your account',
    description:
      'The provider asks anew who it is. The browser comes back to the page of your account, which calls `finishOwnLink`.',
    tag: 'people',
    access: 'api',
    needs: null,
    params: ofProvider,
    body: z.strictObject({ password: ownPassword }),
    responses: {
      200: {
        description: 'Where the browser goes.',
        schema: z.object({ go_to: z.string() }),
        headers: { 'set-cookie': 'What the browser keeps until it is back.' },
      },
    },
    errors: [...proving, 'identity_provider_unavailable', 'store_unavailable'],
  }),
  finishOwnLink: route({
    method: 'POST',
    path: '/api/v1/me/identities/oidc/{provider}/finish',
    summary: 'Link whom the provider has made sure of',
    description: 'In the browser that began it, by the account that began it, once.',
    tag: 'people',
    access: 'api',
    needs: null,
    params: ofProvider,
    body: z.strictObject({
      came: z.string().max(8_000).meta({ description: 'What stood behind the address that the browser came back to.' }),
    }),
    responses: { 200: { description: 'The link.', schema: identity } },
    errors: [...proving, 'name_taken', 'identity_provider_unavailable', 'store_unavailable'],
  }),
  linkOwnDirectory: route({
    method: 'POST',
    path: '/api/v1/me/identities/ldap/{provider}',
    summary: 'Link somebody of a directory to your account',
    tag: 'people',
    access: 'api',
    needs: null,
    params: ofProvider,
    body: z.strictObject({
      password: ownPassword,
      name: z.string().min(1).max(200).meta({ description: 'In the directory.' }),
      directory_password: z.string().min(1).max(1_000),
    }),
    responses: { 200: { description: 'The link.', schema: identity } },
    errors: [...proving, 'name_taken', 'identity_provider_unavailable', 'store_unavailable'],
  }),
  unlinkOwnIdentity: route({
    method: 'POST',
    path: '/api/v1/me/identities/{identity}/unlink',
    summary: 'Take a link to somebody at a provider away',
    description: 'Your other sessions end.',
    tag: 'people',
    access: 'api',
    needs: null,
    params: z.object({ identity: identityId }),
    body: z.strictObject({ password: ownPassword }),
    responses: { 200: { description: 'It is gone.', schema: z.object({ removed: identity }) } },
    errors: [...proving, 'store_unavailable'],
  }),
};
