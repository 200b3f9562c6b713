// The two cookies of a session, which no script of a page can read.
//
//   millrace_access    every path          sent with each request; good for minutes
//   millrace_refresh   /…/session/renew    sent with renewals only, so that few ever see it; good for one renewal
//
// `SameSite=Strict`: a page of another site never has them sent. Over https they are `Secure`, and their names say so, which
// keeps other hosts of the domain from setting them (RFC 6265bis, 4.1.3).
import { accessCookie, refreshCookie, routes } from '@millrace/api';
import type { IssuedSession } from '@millrace/engine';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { ServerOptions } from '../server-options.ts';

type Cookie = Readonly<{ name: string; path: string; prefix: string }>;

const cookies = {
  access: { name: accessCookie, path: '/', prefix: '__Host-' },
  refresh: { name: refreshCookie, path: routes.renewSession.path, prefix: '__Secure-' },
} as const satisfies Record<string, Cookie>;

/** Whether people reach the server by https: its own address says so, or the proxy before it. */
export function isSecure({ headers }: FastifyRequest, { publicUrl }: Pick<ServerOptions, 'publicUrl'>): boolean {
  if (publicUrl !== undefined) return publicUrl.startsWith('https:');
  return headers['x-forwarded-proto'] === 'https';
}

export function setSessionCookies(reply: FastifyReply, session: IssuedSession, secure: boolean): void {
  const refreshMs = session.until - Date.now();
  reply.header('set-cookie', [
    text(cookies.access, session.accessToken, session.accessMs, secure),
    text(cookies.refresh, session.refreshToken, refreshMs, secure),
  ]);
}

export function clearSessionCookies(reply: FastifyReply, secure: boolean): void {
  reply.header('set-cookie', [text(cookies.access, '', 0, secure), text(cookies.refresh, '', 0, secure)]);
}

/**
 * The token in a cookie; null: there is none. Over https (`secure`) only one whose name says so counts: any host of the domain
 * could have set the other, to have somebody work in its own session.
 */
export function cookieToken(request: FastifyRequest, which: keyof typeof cookies, secure: boolean): string | null {
  const { name, prefix } = cookies[which];
  return readCookie(request, prefix + name) ?? (secure ? null : readCookie(request, name));
}

export function readCookie(request: FastifyRequest, name: string): string | null {
  const given = new Map(
    (request.headers.cookie ?? '').split(';').map((pair) => {
      const [key = '', value = ''] = pair.split('=', 2);
      return [key.trim(), value.trim()] as const;
    }),
  );
  return given.get(name) || null;
}

/** Tokens are base64url, so that nothing in them needs quoting. */
function text({ name, path, prefix }: Cookie, token: string, lifeMs: number, secure: boolean): string {
  const maxAge = Math.max(0, Math.floor(lifeMs / 1000));
  const parts = [
    `${secure ? prefix : ''}${name}=${token}`,
    `Path=${path}`,
    `Max-Age=${maxAge}`,
    'HttpOnly',
    'SameSite=Strict',
  ];
  return [...parts, ...(secure ? ['Secure'] : [])].join('; ');
}
