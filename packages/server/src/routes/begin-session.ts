import { isoTime, type SignedIn } from '@millrace/api';
import type { IssuedSession } from '@millrace/engine';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { isSecure, setSessionCookies } from '../security/session-cookies.ts';
import type { ServerOptions } from '../server-options.ts';

/** Answers with a session: its tokens as cookies, nothing of them in the body. */
export function beginSession(
  session: IssuedSession,
  request: FastifyRequest,
  reply: FastifyReply,
  options: ServerOptions,
): SignedIn {
  setSessionCookies(reply, session, isSecure(request, options));
  reply.header('cache-control', 'no-store');
  const accessUntil = isoTime(Date.now() + session.accessMs);
  return { account: session.account, access_until: accessUntil, until: isoTime(session.until) };
}

/** Where a session begins. */
export const fromOf = ({ ip, headers }: FastifyRequest) => ({ address: ip, agent: headers['user-agent'] ?? '' });
