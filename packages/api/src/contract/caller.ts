import { z } from 'zod';

/** There are no users yet, so callers say who they are. */
export const caller = z
  .string()
  .min(1)
  .max(200)
  .default('api')
  .meta({ description: 'Who asks, for those who look at it later.' });
