import { z } from 'zod';
import { time } from '../contract/values.ts';

/** Somebody of an outside provider who signs in to an account here. */
export const identity = z
  .object({
    id: z.string(),
    provider: z.string().meta({ description: 'Its name in the configuration of the server.' }),
    issuer: z.string(),
    subject: z.string().meta({ description: 'Who it is there; never given to anybody else.' }),
    linked_at: time,
  })
  .meta({ id: 'Identity' });
export type Identity = z.output<typeof identity>;

export const identityList = z.object({ items: z.array(identity) });
export const identityId = z.string().min(1).max(100);
