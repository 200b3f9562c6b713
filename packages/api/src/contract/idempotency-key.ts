import { z } from 'zod';

/** A call that is made again with the same key does what it asks for only once. */
export const idempotencyKey = z.string().min(1).max(200);

/** The same as a header; a handler takes one of both. */
export const idempotencyHeader = z.object({
  'idempotency-key': idempotencyKey.optional().meta({ description: 'As `idempotency_key` of the body.' }),
});
