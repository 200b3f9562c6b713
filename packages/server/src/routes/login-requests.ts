import { isoTime } from '@millrace/api';
import type { FastifyInstance } from 'fastify';
import { mountRoute } from '../contract/mount-route.ts';
import type { ServerContext } from '../server-context.ts';
import { beginSession } from './begin-session.ts';

const pollMs = 2_000;

/** Command lines that get their session by a browser. */
export function addLoginRequestRoutes(app: FastifyInstance, { engine, options }: ServerContext): void {
  const { logins } = engine.people;

  mountRoute(app, 'createLoginRequest', async ({ body: { challenge, machine, callback }, request, reply }) => {
    const { code, until } = await logins.create({ challenge, machine, callback, address: request.ip });
    reply.header('cache-control', 'no-store');
    // A code that is typed is no part of the address: whoever was sent a link must not be able to say yes by it alone.
    const path = callback === null ? '/login' : `/login?request=${code}`;
    return { code, path, until: isoTime(until), poll_ms: pollMs };
  });

  mountRoute(app, 'finishLogin', async ({ body: { verifier, proof }, request, reply }) => {
    const session = await logins.finish({ verifier, proof, address: request.ip });
    reply.header('cache-control', 'no-store');
    return { session: session === null ? null : beginSession(session, request, reply, options) };
  });

  mountRoute(app, 'findLoginRequest', async ({ body, actor, reply }) => {
    const { machine, address, createdAt, until } = await logins.find(actor, body.code);
    reply.header('cache-control', 'no-store');
    return { machine, address, created_at: isoTime(createdAt), until: isoTime(until) };
  });

  mountRoute(app, 'answerLoginRequest', async ({ body, actor, reply }) => {
    reply.header('cache-control', 'no-store');
    const { machine, goTo } = await logins.answer(actor, body.code, body.decision === 'allow');
    return { machine, go_to: goTo };
  });
}
