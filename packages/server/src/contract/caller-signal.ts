import type { FastifyReply } from 'fastify';

/** Aborted when the caller is gone before the answer was sent, or when the server begins to close. */
export function callerSignal(reply: FastifyReply, closing: AbortSignal): AbortSignal {
  const gone = new AbortController();
  reply.raw.once('close', () => gone.abort());
  return AbortSignal.any([gone.signal, closing]);
}
