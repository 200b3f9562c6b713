import { z } from 'zod';
import { jsonObject, time } from '../contract/values.ts';

const diagnostic = z
  .object({
    severity: z.enum(['error', 'warning']),
    code: z.string(),
    message: z.string(),
    hint: z.string().nullable(),
    file: z.string(),
    line: z.int().meta({ description: 'From 1.' }),
    column: z.int().meta({ description: 'From 1.' }),
  })
  .meta({ id: 'Diagnostic' });

export const workspace = z
  .object({
    name: z.string(),
    source: jsonObject.meta({ description: 'Where its definitions come from: `{type, …}`.' }),
    revision: z.string().nullable().meta({ description: 'The live revision: the last valid one. null: none yet.' }),
    revision_at: time.nullable(),
    synced_at: time.meta({ description: 'When the source was last looked at, valid or not.' }),
    diagnostics: z.array(diagnostic).meta({
      description: 'Of the last look. With errors among them the live revision is older than the source.',
    }),
  })
  .meta({ id: 'Workspace' });
export type Workspace = z.output<typeof workspace>;
