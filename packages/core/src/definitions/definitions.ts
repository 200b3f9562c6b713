import type { Place } from '../values/place.ts';
import type { ActionDefinition } from './action.ts';
import type { ConnectionDefinition, ConnectionTypeDefinition } from './connection.ts';
import type { SecretDefinition } from './secret.ts';
import type { TriggerDefinition } from './trigger.ts';
import type { Hooks, WorkflowDefinition } from './workflow.ts';

/** A queue that the workspace says something of. Others exist by being named. */
export type QueueDefinition = Readonly<{
  name: string;
  description?: string;
  /** How many of its attempts may be under way at once, over all workers. */
  limit?: number;
}>;

/**
 * Everything that a workspace defines, checked: names resolve, expressions parse, graphs have no cycles. Plain data, so
 * it can be stored and hashed.
 *
 * `places` maps a JSON pointer (`/workflows/release/steps/build/when`, by names, never by list index for steps) to where
 * that value stands, for every string that holds an expression or a template, every step, action, workflow and trigger.
 */
export type Definitions = Readonly<{
  actions: Readonly<Record<string, ActionDefinition>>;
  workflows: Readonly<Record<string, WorkflowDefinition>>;
  triggers: Readonly<Record<string, TriggerDefinition>>;
  /** Absent: no queue has a limit or a description. */
  queues?: Readonly<Record<string, QueueDefinition>>;
  /** Absent: the workspace reads none. */
  secrets?: Readonly<Record<string, SecretDefinition>>;
  connectionTypes?: Readonly<Record<string, ConnectionTypeDefinition>>;
  connections?: Readonly<Record<string, ConnectionDefinition>>;
  hooks: Hooks;
  places: Readonly<Record<string, Place>>;
}>;
