import { z } from 'zod';
import { time } from '../contract/values.ts';
import { grant } from './rights.ts';

/** What a program shows instead of a password. The key itself is told once, when it is made. */
export const apiKey = z
  .object({
    id: z.string().meta({ description: 'It stands in the key, after `mrk_`.' }),
    account: z.string(),
    name: z.string(),
    scopes: z.array(grant).nullable().meta({ description: 'What it may do of what its account may; null: all of it.' }),
    created_at: time,
    created_by: z.string(),
    until: time.nullable().meta({ description: 'null: it does not expire.' }),
    expired: z.boolean(),
    used_at: time.nullable().meta({ description: 'To the minute; null: never.' }),
  })
  .meta({ id: 'ApiKey' });
export type ApiKey = z.output<typeof apiKey>;

export const madeApiKey = z
  .object({
    api_key: apiKey,
    key: z.string().meta({ description: 'Send it as `Authorization: Bearer …`. It is shown here and never again.' }),
  })
  .meta({ id: 'MadeApiKey' });
export type MadeApiKey = z.output<typeof madeApiKey>;

export const newKeyFields = {
  name: z.string().min(1).max(200).meta({ description: 'What it is for.' }),
  scopes: z.array(grant).max(500).nullable().default(null),
  life_ms: z.int().min(60_000).nullable().default(null).meta({ description: 'null: it does not expire.' }),
};
