import { z } from 'zod';
import { packs } from '../packs/grammar.ts';
import { action } from './action.ts';
import { connection, connectionType } from './connection.ts';
import { hookShape } from './hooks.ts';
import { queue } from './queue.ts';
import { secret } from './secret.ts';
import { trigger } from './trigger.ts';
import { name } from './values.ts';
import { workflow } from './workflow.ts';

/** A whole file: what the exported JSON Schema describes. */
export const file = z.strictObject({
  actions: z.record(name, action).exactOptional(),
  workflows: z.record(name, workflow).exactOptional(),
  triggers: z.record(name, trigger).exactOptional(),
  packs: packs.exactOptional(),
  queues: z.record(name, queue).exactOptional(),
  secrets: z.record(name, secret).exactOptional(),
  connection_types: z.record(name, connectionType).exactOptional(),
  connections: z.record(name, connection).exactOptional(),
  ...hookShape,
});

/** Sections of the language that this version does not know yet. */
export const laterSections = ['rules', 'sensors', 'event_types', 'runtimes', 'permission_sets'] as const;
