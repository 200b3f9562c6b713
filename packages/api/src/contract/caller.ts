import { z } from 'zod';

/** Where nobody signs in, callers say who they are. An account cannot speak for another one. */
export const caller = z.string().min(1).max(200).default('api').meta({
  description:
    'Who asks, for those who look at it later. Counts only where nobody signs in: else it is the account that calls.',
});
