import type { FastifyReply } from 'fastify';

/** Aborted when the caller is gone before the answer was sent, or when the server begins to close. */
export function callerSignal(reply: FastifyReply, closing: AbortSignal): AbortSignal {
  const gone = new AbortController();
  // It is also told after an answer that was sent, which is not worth an error with its stack for each request.
  reply.raw.once('close', () => {
    if (!reply.raw.writableFinished) gone.abort();
  });
  return AbortSignal.any([gone.signal, closing]);
}
