import { createHash, timingSafeEqual } from 'node:crypto';
import type { FastifyRequest } from 'fastify';

/**
 * The token that a request shows; null: none. Browsers cannot set headers of a WebSocket, so there the token may come as a
 * subprotocol: `bearer.` and its base64url.
 */
export const bearerToken = (request: FastifyRequest): string | null => headerToken(request) ?? protocolToken(request);

/** Compares tokens in a time that tells nothing about either. */
export const isSameToken = (given: string | null, expected: string): boolean =>
  given !== null && timingSafeEqual(digest(given), digest(expected));

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
