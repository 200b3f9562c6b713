import { z } from 'zod';
import { route } from '../contract/route.ts';
import { me, signedIn, signInWays } from './session.ts';

const accountName = z.string().min(1).max(200);
/** Longer ones are refused with words of their own; this only bounds what is read. */
const password = z.string().max(10_000);

/** What a browser keeps goes as cookies that no script can read, so no answer has a token in it. */
const cookies = {
  'set-cookie':
    'The access token, sent with each request, and the refresh token, sent with renewals only. Both HttpOnly.',
};
const began = { 200: { description: 'The session.', schema: signedIn, headers: cookies } };

export const sessionRoutes = {
  getMe: route({
    method: 'GET',
    path: '/api/v1/me',
    summary: 'Who calls, and what he may do',
    tag: 'sessions',
    access: 'api',
    needs: null,
    responses: { 200: { description: 'The caller.', schema: me } },
    errors: [],
  }),
  getSignIn: route({
    method: 'GET',
    path: '/api/v1/sign-in',
    summary: 'How one may sign in here',
    tag: 'sessions',
    access: 'public',
    responses: { 200: { description: 'What is set up.', schema: signInWays } },
    errors: ['store_unavailable'],
  }),
  signIn: route({
    method: 'POST',
    path: '/api/v1/sign-in',
    summary: 'Sign in with name and password',
    description:
      'One answer, as late, for a wrong name, a wrong password, and an account that cannot sign in now. An account is closed ' +
      'for a while after ten wrong passwords in a row, an address that tries too often is refused.',
    tag: 'sessions',
    access: 'public',
    body: z.strictObject({ name: accountName, password }),
    responses: began,
    errors: ['invalid_request', 'sign_in_failed', 'rate_limited', 'store_unavailable'],
  }),
  renewSession: route({
    method: 'POST',
    path: '/api/v1/session/renew',
    summary: 'Take new tokens for the refresh token',
    description:
      'A refresh token is good once. One that comes a second time is in two hands, so its session is ended for both.',
    tag: 'sessions',
    access: 'public',
    body: z.strictObject({}),
    responses: began,
    errors: ['invalid_request', 'sign_in_failed', 'conflict', 'store_unavailable'],
  }),
  signOut: route({
    method: 'POST',
    path: '/api/v1/sign-out',
    summary: 'End the session',
    tag: 'sessions',
    access: 'api',
    needs: null,
    body: z.strictObject({}),
    responses: {
      200: {
        description: 'Its tokens are good no more.',
        schema: z.object({
          ended: z.boolean().meta({ description: 'false: the caller has no session.' }),
          go_to: z.string().nullable().meta({
            description:
              'Where the browser goes next to sign out at its provider as well; null: there is no such place.',
          }),
        }),
        headers: { 'set-cookie': 'Takes the cookies away.' },
      },
    },
    errors: ['invalid_request', 'store_unavailable'],
  }),
  setUp: route({
    method: 'POST',
    path: '/api/v1/set-up',
    summary: 'Become the first administrator, with the link of the server',
    description: 'Works once, within a day, and only while there is no administrator.',
    tag: 'sessions',
    access: 'public',
    body: z.strictObject({
      token: z.string().min(1).max(200).meta({ description: 'What stands behind `#token=` in the link.' }),
      name: accountName,
      password,
      display_name: z.string().min(1).max(200).optional(),
    }),
    responses: began,
    errors: ['invalid_request', 'sign_in_failed', 'name_taken', 'store_unavailable'],
  }),
};
