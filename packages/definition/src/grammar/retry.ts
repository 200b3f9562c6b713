import { z } from 'zod';
import { expected } from './expected.ts';
import { condition, duration } from './values.ts';

const attempts = z.int().min(1).max(1000);

/** `retry: 3` is short for `retry: { attempts: 3 }`. */
export const retry = z
  .union(
    [
      attempts,
      z.strictObject({
        attempts: attempts.exactOptional().describe('All tries together, the first one included. Default 3.'),
        delay: duration.exactOptional().describe('Before the second attempt. Default 0s; 1s when backoff grows.'),
        backoff: z.enum(['fixed', 'linear', 'exponential']).exactOptional().describe('Default fixed.'),
        factor: z.number().min(1).max(100).exactOptional().describe('Of exponential backoff. Default 2.'),
        max_delay: duration.exactOptional().describe('No delay is longer. Default 1h, or delay if that is longer.'),
        jitter: z
          .union(
            [z.boolean(), z.number().min(0).max(1)],
            expected('wrong_type', '`true`, `false` or a number from 0 to 1'),
          )
          .exactOptional()
          .describe('The random share of each delay. false: 0 (default), true: 0.5.'),
        when: condition.exactOptional().describe('Retry only if this holds; knows error and attempt.'),
        count_worker_loss: z.boolean().exactOptional().describe('Loss of a worker uses up an attempt. Default false.'),
      }),
    ],
    expected('wrong_type', 'a number of attempts or a map such as `{ attempts: 3, delay: 10s }`'),
  )
  .meta({ id: 'Retry' });
