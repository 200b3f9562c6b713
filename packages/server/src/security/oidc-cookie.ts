// What a browser keeps while it is at a provider: so it can only come back where it left. The state in it is compared with the
// one that comes back, so nobody can let another browser take his sign-in; nonce and PKCE verifier bind the code to it.
//
// `SameSite=Lax`, because it comes back from another site. Over https its name keeps other hosts of the domain from setting it.
import type { OidcAttempt } from '@millrace/engine';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { readCookie } from './session-cookies.ts';

const name = 'millrace_oidc';
const lifeSeconds = 600;

/** `link`: of somebody who links an identity to his account, what shows that he began it; null: somebody signs in. */
export type LeftBrowser = OidcAttempt & Readonly<{ provider: string; returnTo: string; link: string | null }>;

const nameOf = (secure: boolean): string => `${secure ? '__Host-' : ''}${name}`;
const attributes = (secure: boolean): string => `Path=/; HttpOnly; SameSite=Lax${secure ? '; Secure' : ''}`;

export function setOidcCookie(reply: FastifyReply, left: LeftBrowser, secure: boolean): void {
  const value = Buffer.from(JSON.stringify(left)).toString('base64url');
  reply.header('set-cookie', `${nameOf(secure)}=${value}; Max-Age=${lifeSeconds}; ${attributes(secure)}`);
}

/** It is good for one return, whatever comes of it. */
export function clearOidcCookie(reply: FastifyReply, secure: boolean): void {
  reply.header('set-cookie', `${nameOf(secure)}=; Max-Age=0; ${attributes(secure)}`);
}

/** null: this browser has not left, or too long ago, or somebody else wrote it. */
export function readOidcCookie(request: FastifyRequest, secure: boolean): LeftBrowser | null {
  const value = readCookie(request, nameOf(secure));
  if (value === null) return null;
  try {
    const left = JSON.parse(Buffer.from(value, 'base64url').toString()) as Readonly<Record<string, unknown>>;
    const keys = ['provider', 'returnTo', 'state', 'nonce', 'verifier'];
    if (!keys.every((key) => typeof left[key] === 'string')) return null;
    return { ...(left as LeftBrowser), link: typeof left.link === 'string' ? left.link : null };
  } catch {
    return null;
  }
}
