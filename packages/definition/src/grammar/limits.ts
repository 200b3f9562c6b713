import { z } from 'zod';
import { filledText, positiveDuration } from './values.ts';

export const limit = z.int().min(1).max(1_000_000);

/** A limit that runs share: at most `limit` holders of the same key at once. */
export const sharedConcurrency = z
  .strictObject({
    key: filledText,
    limit: limit.exactOptional().describe('Default 1.'),
    when_full: z.enum(['queue', 'skip', 'cancel_oldest']).exactOptional().describe('Default queue.'),
  })
  .meta({ id: 'SharedConcurrency' });

/** Several are taken all together, or none of them. */
export const sharedConcurrencies = z
  .array(sharedConcurrency)
  .min(1)
  .max(20)
  .describe('Several keys, taken all together or not at all.');

export const rateLimit = z
  .strictObject({ key: filledText, limit, per: positiveDuration.describe('Any span of this length.') })
  .meta({ id: 'RateLimit' });
export const cache = z.strictObject({ key: filledText, ttl: positiveDuration }).meta({ id: 'Cache' });
