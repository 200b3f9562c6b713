import { z } from 'zod';
import { route } from '../contract/route.ts';
import { time } from '../contract/values.ts';
import { signedIn } from './session.ts';

/** 256 bits in base64url: what a hash is, and a secret that nobody guesses. */
const token = z.string().regex(/^[\w-]{43}$/);
/** In bodies only: addresses are written down in too many places. */
const code = z.string().min(1).max(100).meta({ description: 'Of the address of its page, or as it was typed.' });
/** What a terminal or a page shows must not move the cursor, or turn the text around. */
const machine = z
  .string()
  .min(1)
  .max(100)
  .regex(/^[^\p{C}\p{Zl}\p{Zp}]+$/u);

/** A command line that wants to work as whoever opens its page. */
const loginRequest = z
  .object({
    machine: z.string().meta({ description: 'What the command line calls its machine.' }),
    address: z.string().meta({ description: 'Where it called from.' }),
    created_at: time,
    until: time.meta({ description: 'It cannot be answered later.' }),
  })
  .meta({ id: 'LoginRequest' });

/** Command lines that get their session by a browser. */
export const loginRoutes = {
  createLoginRequest: route({
    method: 'POST',
    path: '/api/v1/login-requests',
    summary: 'Ask for a session by a browser',
    description:
      'For command lines. With a `callback`, the browser that opens `path` must be on the same machine: it brings the proof that ' +
      '`finishLogin` asks for to a port there. Without, the person types `code` at `path` in whatever browser he has.',
    tag: 'sessions',
    access: 'public',
    body: z.strictObject({
      challenge: token.meta({ description: 'SHA-256, in base64url, of a verifier that the caller keeps to itself.' }),
      machine: machine.meta({ description: 'Whose machine it is; the person is asked whether he knows it.' }),
      callback: z
        .strictObject({
          port: z.int().min(1).max(65_535).meta({ description: 'Of 127.0.0.1.' }),
          state: token.meta({ description: 'Comes back with the browser.' }),
        })
        .nullable(),
    }),
    responses: {
      201: {
        description: 'It waits for an answer.',
        schema: z.object({
          code: z.string().meta({ description: 'Shown to whoever sits at the command line, and to nobody else.' }),
          path: z.string().meta({ description: 'Of the page to open, below the address of the server.' }),
          until: time,
          poll_ms: z.int().meta({ description: 'How long to wait between two calls of `finishLogin`.' }),
        }),
      },
    },
    errors: ['invalid_request', 'rate_limited', 'store_unavailable'],
  }),
  finishLogin: route({
    method: 'POST',
    path: '/api/v1/login-requests/finish',
    summary: 'Take the session that somebody let a command line have',
    tag: 'sessions',
    access: 'public',
    body: z.strictObject({
      verifier: token,
      proof: token.nullable().meta({ description: 'What the browser brought; null: the request has no callback.' }),
    }),
    responses: {
      200: {
        description: 'The session, once.',
        schema: z.object({
          session: signedIn.nullable().meta({ description: 'null: nobody has answered yet. Ask again.' }),
        }),
        headers: { 'set-cookie': 'The tokens of the session.' },
      },
    },
    errors: ['invalid_request', 'sign_in_failed', 'store_unavailable'],
  }),
  findLoginRequest: route({
    method: 'POST',
    path: '/api/v1/login-requests/find',
    summary: 'Which command line wants to work as you',
    tag: 'sessions',
    access: 'api',
    needs: null,
    body: z.strictObject({ code }),
    responses: { 200: { description: 'One that nobody has answered yet.', schema: loginRequest } },
    errors: ['invalid_request', 'not_found', 'forbidden', 'rate_limited', 'store_unavailable'],
  }),
  answerLoginRequest: route({
    method: 'POST',
    path: '/api/v1/login-requests/answer',
    summary: 'Let a command line work as you, or not',
    description: 'For whoever is signed in: with an API key it is refused. It counts once.',
    tag: 'sessions',
    access: 'api',
    needs: null,
    body: z.strictObject({ code, decision: z.enum(['allow', 'refuse']) }),
    responses: {
      200: {
        description: 'It is answered.',
        schema: z.object({
          machine: z.string(),
          go_to: z.string().nullable().meta({
            description: 'Where the browser goes next, on its own machine; null: it stays.',
          }),
        }),
      },
    },
    errors: ['invalid_request', 'not_found', 'forbidden', 'rate_limited', 'store_unavailable'],
  }),
};
