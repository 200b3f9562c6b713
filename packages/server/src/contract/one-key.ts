import { MillraceError } from '@millrace/core';

/** The idempotency key of a call, which may stand in its header or in its body. */
export function oneKey(
  headers: Readonly<{ 'idempotency-key'?: string | undefined }>,
  body: Readonly<{ idempotency_key?: string | undefined }>,
): string | undefined {
  const header = headers['idempotency-key'];
  const own = body.idempotency_key;
  if (header !== undefined && own !== undefined && header !== own) {
    throw new MillraceError('invalid_request', 'The Idempotency-Key header and idempotency_key of the body differ.', {
      hint: 'Give one of them.',
    });
  }
  return header ?? own;
}
