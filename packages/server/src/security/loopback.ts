import { isIPv4 } from 'node:net';
import type { FastifyRequest } from 'fastify';

/** Whether an address or host name can only mean this machine. */
export function isLoopbackHost(host: string): boolean {
  const name = host.toLowerCase();
  if (name === 'localhost' || name.endsWith('.localhost')) return true;
  if (name === '::1' || name === '[::1]') return true;
  const v4 = name.startsWith('::ffff:') ? name.slice('::ffff:'.length) : name;
  return isIPv4(v4) && v4.startsWith('127.');
}

/** Whether the request comes from this machine itself and was not handed on by a proxy on it. */
export function isFromThisMachine(request: FastifyRequest): boolean {
  const { headers } = request;
  const forwarded = headers['x-forwarded-for'] ?? headers.forwarded ?? headers['x-real-ip'];
  return forwarded === undefined && isLoopbackHost(request.socket.remoteAddress ?? '');
}

/** The name in a Host header or authority, without the port. */
export function hostName(authority: string): string {
  const [, name] = /^(\[[^\]]*\]|[^:]*)(?::\d*)?$/.exec(authority) ?? [];
  return name ?? authority;
}
