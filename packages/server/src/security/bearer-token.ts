import { createHash, timingSafeEqual } from 'node:crypto';
import type { FastifyRequest } from 'fastify';

/**
 * Compares a request's bearer token with the expected one in a time that tells nothing about either. Browsers cannot set
 * headers of a WebSocket, so there the token may come as a subprotocol: `bearer.` and its base64url.
 */
export function hasBearerToken(request: FastifyRequest, expected: string): boolean {
  const given = headerToken(request) ?? protocolToken(request);
  return given !== null && timingSafeEqual(digest(given), digest(expected));
}

function headerToken({ headers }: FastifyRequest): string | null {
  return /^Bearer (\S+)$/i.exec(headers.authorization ?? '')?.[1] ?? null;
}

function protocolToken({ headers }: FastifyRequest): string | null {
  if (headers.upgrade === undefined) return null;
  const encoded = /(?:^|[, ])bearer\.([A-Za-z0-9_-]+)/.exec(headers['sec-websocket-protocol'] ?? '')?.[1];
  return encoded === undefined ? null : Buffer.from(encoded, 'base64url').toString();
}

/** Digests have one length, which `timingSafeEqual` needs. */
const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
