import type { ErrorEnvelope } from '@millrace/api';
import { type ErrorCode, MillraceError } from '@millrace/core';
import type { FastifyRequest } from 'fastify';
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod';
import { explainValidation } from './explain-validation.ts';

export type ErrorReply = Readonly<{ status: number; retryable: boolean; envelope: ErrorEnvelope; unexpected: boolean }>;

/** Turns whatever was thrown into what the caller may know of it. Unexpected errors say nothing but their request id. */
export function toEnvelope(error: unknown, request: FastifyRequest | null, requestId: string): ErrorReply {
  const known = knownError(error, request);
  if (known !== null) return reply(known, requestId, false);
  return reply(
    new MillraceError('internal', 'The server failed to carry out the request.', {
      hint: `Its log has the cause, under request id ${requestId}.`,
    }),
    requestId,
    true,
  );
}

function reply(error: MillraceError, requestId: string, unexpected: boolean): ErrorReply {
  const { code, message, hint, details, status, retryable } = error;
  const envelope = { error: { code, message, hint: hint ?? null, details: details ?? null, request_id: requestId } };
  return { status, retryable, envelope, unexpected };
}

function knownError(error: unknown, request: FastifyRequest | null): MillraceError | null {
  if (error instanceof MillraceError) return error;
  if (hasZodFastifySchemaValidationErrors(error) && request !== null) return validationError(error, request);
  const code = typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
  const found = frameworkErrors[code];
  return found === undefined ? null : new MillraceError(found.code, found.message, { hint: found.hint, cause: error });
}

const partNames = { body: 'body', querystring: 'query', params: 'path', headers: 'headers' } as const;

function validationError(
  error: Readonly<{ validation: unknown; validationContext?: string | undefined }>,
  request: FastifyRequest,
): MillraceError {
  const part = (error.validationContext ?? 'body') as keyof typeof partNames;
  const data = { body: request.body, querystring: request.query, params: request.params, headers: request.headers }[
    part
  ];
  const problems = explainValidation(error.validation as Parameters<typeof explainValidation>[0], data);
  const summary = problems.map((problem) => problem.message).join(' ');
  return new MillraceError('invalid_request', `The request's ${partNames[part]} is not as it should be. ${summary}`, {
    hint: 'GET /openapi.json describes every operation.',
    details: { in: partNames[part], problems: problems.map((problem) => ({ ...problem })) },
  });
}

type FrameworkError = Readonly<{ code: ErrorCode; message: string; hint: string }>;

const wrongJson: FrameworkError = {
  code: 'invalid_request',
  message: "The request's body is not valid JSON.",
  hint: 'Send one JSON document in UTF-8. The key "__proto__" is not accepted.',
};
const wrongUrl: FrameworkError = {
  code: 'invalid_request',
  message: "The request's URL cannot be read.",
  hint: 'Encode special characters in it as UTF-8 percent escapes.',
};

/** Errors of Fastify that a caller causes. */
const frameworkErrors: Readonly<Record<string, FrameworkError>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: {
    code: 'too_large',
    message: "The request's body is larger than this operation accepts.",
    hint: 'API requests may have 1 MiB; pass big data by reference (a file, an object store).',
  },
  FST_ERR_CTP_INVALID_MEDIA_TYPE: {
    code: 'invalid_request',
    message: 'The content type of the request is not one that this operation accepts.',
    hint: 'Send JSON with "content-type: application/json".',
  },
  FST_ERR_CTP_INVALID_JSON_BODY: wrongJson,
  FST_ERR_CTP_EMPTY_JSON_BODY: wrongJson,
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: {
    code: 'invalid_request',
    message: "The request's body has another length than its Content-Length says.",
    hint: 'Send the whole body.',
  },
  FST_ERR_BAD_URL: wrongUrl,
  FST_ERR_MAX_PARAM_LENGTH: wrongUrl,
  FST_ERR_ASYNC_CONSTRAINT: wrongUrl,
};
