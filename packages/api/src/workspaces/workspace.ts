import { z } from 'zod';
import { jsonObject, time } from '../contract/values.ts';

export const diagnostic = z
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

export const comparison = z
  .object({
    workspace: z.string(),
    live: z.string().nullable().meta({ description: 'The revision that is live; null: none yet.' }),
    revision: z.string().meta({ description: 'The revision that it is compared with.' }),
    changes: z
      .array(
        z.object({
          kind: z.enum(['action', 'workflow', 'trigger', 'connection', 'connection_type', 'secret', 'hook']),
          name: z.string(),
          change: z.enum(['added', 'changed', 'removed']),
          keys: z
            .array(z.string())
            .meta({ description: 'What differs, by the words of the files: `steps.build.cmd`.' }),
        }),
      )
      .meta({ description: 'What would change if it became live. Empty when it has errors: it would not.' }),
    warnings: z
      .array(z.object({ code: z.string(), message: z.string() }))
      .meta({ description: 'Changes that may break whoever relies on what is live.' }),
    diagnostics: z.array(diagnostic).meta({ description: 'Problems of what it is compared with.' }),
  })
  .meta({ id: 'WorkspaceComparison' });

export const liveDefinitions = z
  .object({
    revision: z.string().nullable(),
    definitions: jsonObject.meta({ description: '`actions`, `workflows`, `triggers`, `hooks`, as they were checked.' }),
  })
  .meta({ id: 'LiveDefinitions' });

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
export type WorkspaceComparison = z.output<typeof comparison>;
export type Workspace = z.output<typeof workspace>;

export const pack = z
  .object({
    name: z.string(),
    version: z.string(),
    description: z.string().nullable(),
    source: z.string().meta({ description: 'Where it comes from, for people.' }),
    commit: z.string().nullable().meta({ description: 'Of a pack from Git.' }),
    hash: z.string().meta({ description: 'Of its content.' }),
    locked: z.boolean(),
    pinned: z.boolean().meta({ description: "Whether the workspace's own files determine it." }),
    used: z.boolean().meta({ description: 'Whether anything of it is part of what is live.' }),
    actions: z.array(z.string()).meta({ description: 'What it offers, without its own name before it.' }),
    workflows: z.array(z.string()),
  })
  .meta({ id: 'Pack' });
export type Pack = z.output<typeof pack>;
