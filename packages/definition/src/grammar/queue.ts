import { z } from 'zod';
import { limit } from './limits.ts';
import { text } from './values.ts';

/** What a workspace says of one of its queues. */
export const queue = z
  .strictObject({
    description: text.exactOptional(),
    limit: limit
      .exactOptional()
      .describe('How many attempts of the queue may be under way at once, over all workers. Default: any number.'),
  })
  .meta({ id: 'Queue' });
