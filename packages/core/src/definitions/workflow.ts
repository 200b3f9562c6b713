import type { WhenFull } from '../limits/demand.ts';
import type { Json, JsonObject } from '../values/json.ts';
import type { ActionBody } from './action.ts';
import type { Parameters } from './parameters.ts';
import type { RetryPolicy } from './retry.ts';

/** A graph of steps. Strings inside `steps` and `output` may be templates. Durations are milliseconds. */
export type WorkflowDefinition = Readonly<{
  name: string;
  description?: string;
  tags: readonly string[];
  input: Parameters;
  vars: JsonObject;
  /** In the order of the file. */
  steps: readonly StepDefinition[];
  output?: JsonObject | string;
  failFast: boolean;
  timeoutMs?: number;
  /** How long what was asked to stop may take to end. */
  stopGraceMs?: number;
  queue?: string;
  priority?: number;
  /** Keys that a run takes all together before it begins. */
  concurrency?: readonly ConcurrencyLimit[];
  rateLimit?: RateLimit;
  mode: 'distributed' | 'local';
  /** Of a local run; default: it begins again. */
  onWorkerLoss?: 'restart' | 'fail';
  hooks: Hooks;
  /** Of a workflow of a pack: what its expressions read as `config`. */
  config?: JsonObject;
}>;

export type StepDefinition = Readonly<{
  name: string;
  description?: string;
  /** Exactly one of `action` (a name; also a workflow's) and `inline`. */
  action?: string;
  inline?: ActionBody;
  input: JsonObject;
  /** Of an action that has a run of its own: the run's input is the step's. Never written by people. */
  takesRunInput?: true;
  dependsOn: readonly string[];
  next: readonly Transition[];
  join?: 'all' | number;
  maxIterations?: number;
  when?: string;
  /** An expression (text) or a literal list or a count. */
  forEach?: string | readonly Json[] | number;
  /** How many items are under way at once; absent: see `itemsAtOnce`. */
  itemConcurrency?: number;
  batchSize?: number;
  onItemFailure: 'finish' | 'stop' | 'ignore';
  /** Keys that an attempt takes all together before it begins. */
  concurrency?: readonly ConcurrencyLimit[];
  rateLimit?: RateLimit;
  retry?: RetryPolicy;
  /** One attempt. */
  timeoutMs?: number;
  /** All attempts together, from the moment the step becomes ready. */
  stepTimeoutMs?: number;
  /** Waiting for a worker. */
  queueTimeoutMs?: number;
  /** Milliseconds, or a template that gives a duration text or a number of milliseconds. */
  delay?: number | string;
  continueOnFailure: boolean;
  cache?: Readonly<{ key: string; ttlMs: number }>;
  queue?: string;
  priority?: number;
  labels: readonly string[];
  /** Its processes get the folder that all such steps of the run share. */
  sharedFolder?: true;
  /** Its processes get the address of the API, and a token of the attempt for it. */
  api?: true;
  env?: Readonly<Record<string, string>>;
  tags: readonly string[];
}>;

export type Transition = Readonly<{
  when?: string;
  publish: readonly Readonly<Record<string, Json>>[];
  do: readonly string[];
}>;

/** At most `limit` holders of the same key at once. The key is a template. */
export type ConcurrencyLimit = Readonly<{ key: string; limit: number; whenFull: WhenFull }>;
/** At most `limit` starts with the same key in any span of `perMs`. The key is a template. */
export type RateLimit = Readonly<{ key: string; limit: number; perMs: number }>;

export type HookCall = Readonly<{ action: string; input: JsonObject }>;
export type Hooks = Readonly<{
  onSuccess: readonly HookCall[];
  onFailure: readonly HookCall[];
  onCancel: readonly HookCall[];
  onSuspend: readonly HookCall[];
}>;
