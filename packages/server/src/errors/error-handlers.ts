import { MillraceError } from '@millrace/core';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { withoutNames } from '../permissions/refusals.ts';
import { toEnvelope } from './to-envelope.ts';

/** Seconds that a caller should wait before it tries again. */
const retryAfterSeconds = '1';

/** Answers a request with an error; used by Fastify's error handler and by those that run before it. */
export function sendError(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const { status, retryable, envelope, unexpected } = toEnvelope(
    withoutNames(error, request.actor),
    request,
    request.id,
  );
  // Absent where the request was refused before any hook saw it.
  if (request.audited) request.audited.code = envelope.error.code;
  if (unexpected || status >= 500) request.log.error({ err: error, code: envelope.error.code }, 'request failed');
  if (retryable) reply.header('retry-after', retryAfterSeconds);
  if (status === 401) reply.header('www-authenticate', 'Bearer realm="millrace"');
  return reply.code(status).type('application/json; charset=utf-8').serializer(JSON.stringify).send(envelope);
}

/** Every error that leaves is the envelope, also for what is not there. */
export function addErrorHandlers(app: FastifyInstance): void {
  app.setErrorHandler(sendErrorAsHandler);
  app.setNotFoundHandler((request, reply) => {
    const path = request.url.split('?', 1)[0] ?? '';
    sendError(
      new MillraceError('not_found', `There is nothing at ${request.method} ${path.slice(0, 200)}.`, {
        hint: 'GET /openapi.json lists every operation; the API begins at /api/v1.',
      }),
      request,
      reply,
    );
  });
}

function sendErrorAsHandler(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
  sendError(error, request, reply);
}

/** The answer to bytes that are not HTTP: there is no request yet, so it is written by hand. */
export function rawErrorResponse(code: string | undefined): string {
  const tooLarge = code === 'HPE_HEADER_OVERFLOW';
  const error = new MillraceError(
    tooLarge ? 'too_large' : 'invalid_request',
    tooLarge
      ? "The request's headers are larger than 16 KiB."
      : code === 'ERR_HTTP_REQUEST_TIMEOUT'
        ? 'The request did not arrive in time.'
        : 'What arrived is not an HTTP request.',
    { hint: 'Send HTTP/1.1 requests to this port, without TLS.' },
  );
  const { status, envelope } = toEnvelope(error, null, 'none');
  const body = JSON.stringify(envelope);
  return (
    `HTTP/1.1 ${status} ${status === 413 ? 'Payload Too Large' : 'Bad Request'}\r\ncontent-type: application/json; charset=utf-8\r\n` +
    `content-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`
  );
}
