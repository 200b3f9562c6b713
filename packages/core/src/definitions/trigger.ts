import type { JsonObject } from '../values/json.ts';

type TriggerCommon = Readonly<{
  name: string;
  description?: string;
  workflow: string;
  input: JsonObject;
  enabled: boolean;
}>;

/** What starts runs. Parsed and checked here; fired by the engine's loops and the server. */
export type TriggerDefinition = TriggerCommon & (ScheduleTrigger | WebhookTrigger | EventTrigger | ManualTrigger);

/** Exactly one of `cron` (5 or 6 fields), `everyMs`, `at` (an ISO date and time) and `rrule`. */
export type ScheduleTrigger = Readonly<{
  type: 'schedule';
  cron?: string;
  everyMs?: number;
  at?: string;
  rrule?: string;
  /** Where `everyMs` and `rrule` count from: an ISO date and time. */
  start?: string;
  timezone: string;
  catchUp: 'none' | 'last' | 'all';
  /** The most missed times that `catchUp: all` starts. */
  catchUpLimit: number;
  jitterMs?: number;
  concurrency?: 'allow' | 'skip' | 'cancel_previous';
}>;
export type ScheduleDefinition = TriggerCommon & ScheduleTrigger;
export type WebhookTrigger = Readonly<{
  type: 'webhook';
  secret?: string;
  signature?: string;
  mode: 'async' | 'sync';
  timeoutMs?: number;
  methods: readonly string[];
}>;
export type EventTrigger = Readonly<{ type: 'event'; event: string; when?: string }>;
export type ManualTrigger = Readonly<{ type: 'manual' }>;
