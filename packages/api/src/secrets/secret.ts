import { z } from 'zod';
import { jsonObject, time } from '../contract/values.ts';

/** A secret, without its value: no answer has one. */
export const secret = z
  .object({
    workspace: z.string(),
    name: z.string(),
    description: z.string().nullable(),
    used: z.boolean().meta({ description: 'Whether the live definitions read it.' }),
    from: z
      .enum([
        'environment',
        'file',
        'folder',
        'sops',
        'vault',
        'kubernetes',
        'aws',
        'gcp',
        'azure',
        'store',
        'unreadable',
        'unavailable',
      ])
      .nullable()
      .meta({
        description:
          'What kind of place its value comes from; null: it has none. `unreadable`: it is stored, but this server has not the key. `unavailable`: an outside source could not tell.',
      }),
    source: z
      .string()
      .nullable()
      .meta({ description: "The name of the outside source in the server's configuration; null: it has none." }),
    problem: z
      .string()
      .nullable()
      .meta({ description: 'Why it is unreadable or unavailable, and what to do; null: it is neither.' }),
    stored: z
      .object({
        key: z.string().meta({ description: 'Id of the key that it is sealed with.' }),
        updated_at: time,
        updated_by: z.string(),
      })
      .nullable()
      .meta({ description: 'What is stored, whether it counts or not; null: nothing.' }),
  })
  .meta({ id: 'Secret' });
export type Secret = z.output<typeof secret>;

export const connection = z
  .object({
    workspace: z.string(),
    name: z.string(),
    description: z.string().nullable(),
    type: z.string().nullable(),
    values: jsonObject.meta({ description: 'As written: secrets stand as `{{ secrets.NAME }}`.' }),
    secrets: z.array(z.string()).meta({ description: 'Names of the secrets that it reads.' }),
  })
  .meta({ id: 'Connection' });
export type Connection = z.output<typeof connection>;
