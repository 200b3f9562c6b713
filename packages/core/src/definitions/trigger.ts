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
/** How requests prove where they come from. `token`: they carry the secret itself. */
export const signatureSchemes = ['token', 'generic', 'github', 'gitlab', 'slack', 'stripe'] as const;
export type SignatureScheme = (typeof signatureSchemes)[number];

export const webhookMethods = ['GET', 'POST'] as const;
export type WebhookMethod = (typeof webhookMethods)[number];

export type WebhookTrigger = Readonly<{
  type: 'webhook';
  /** `{{ secrets.NAME }}`; absent exactly when `signature` is null: whoever knows the address may call. */
  secret?: string;
  signature: SignatureScheme | null;
  /** How old a signed request may be. */
  toleranceMs: number;
  mode: 'async' | 'sync';
  /** How long a sync request waits for the end of the run. */
  timeoutMs: number;
  methods: readonly WebhookMethod[];
  maxBodyBytes: number;
  rateLimit: Readonly<{ limit: number; perMs: number }>;
}>;
export type WebhookDefinition = TriggerCommon & WebhookTrigger;
export type EventTrigger = Readonly<{ type: 'event'; event: string; when?: string }>;
export type ManualTrigger = Readonly<{ type: 'manual' }>;
